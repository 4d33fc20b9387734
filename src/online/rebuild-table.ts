import { nodeAs } from "../sql/node-as.ts";
import { harm, type OnlineContext, type Written } from "./online-context.ts";
import { type OnlineForm, sweep } from "./piece.ts";
import { rebuildBeside } from "./rebuild/rebuild-beside.ts";
import { harmInWords, tooLong } from "./too-long.ts";

/** CLUSTER and VACUUM FULL write a table again in another order, or without its gaps. */
export function rebuildOnline(statement: Written, context: OnlineContext): OnlineForm {
  const rewritten = harm(statement, context).filter(({ work }) => work === "rewrite");
  const [first] = rewritten;
  if (first === undefined) return tooLong(statement, context);
  const { schema, name } = first.relation;
  const what = harmInWords(statement, context);
  const table = context.state.table({ schema, name });
  if (table === undefined || namesOne(statement) === false || rewritten.length > 1) {
    return sweep({ table: { schema, name }, columns: [], work: "rebuild" }, what);
  }
  return rebuildBeside(table, statement, what, context, { order: orderOf(statement, table) });
}

/** Whether the statement is about one table alone. */
function namesOne({ parsed }: Written): boolean {
  if (parsed.tag === "ClusterStmt") return parsed.node.relation !== undefined;
  return (
    parsed.tag === "VacuumStmt" &&
    parsed.node.rels?.length === 1 &&
    nodeAs(parsed.node.rels[0], "VacuumRelation") !== undefined
  );
}

/** The index in whose order the rows are to be: CLUSTER goes by the one that was chosen last where it names none. */
function orderOf(
  { parsed }: Written,
  { indexes }: { readonly indexes: readonly { readonly name: string; readonly clustered: boolean }[] },
): string | undefined {
  if (parsed.tag !== "ClusterStmt") return undefined;
  return parsed.node.indexname ?? indexes.find(({ clustered }) => clustered)?.name;
}
