import { nodesAs } from "../../sql/node-as.ts";
import { rangeText } from "../../sql/object-name.ts";
import { harm, type OnlineContext, type Written } from "../online-context.ts";
import { relationName } from "../relation-name.ts";
import { cutAlterTable } from "../splice.ts";
import { usingOf } from "./using.ts";

/**
 * How many of these statements, from the first on, do nothing but add columns to one table of which each must be filled:
 * written as one statement, one sweep fills all of them.
 */
export function fillsTogether(statements: Iterable<Written>, context: OnlineContext): number {
  let target: string | undefined;
  let count = 0;
  for (const statement of statements) {
    const own = targetOf(statement);
    if (own === undefined || (target !== undefined && own !== target) || !isFilled(statement, context)) break;
    target = own;
    count++;
  }
  return Math.max(1, count);
}

/** The statements as one. */
export const asOne = (statements: readonly Written[]): string => {
  const [head = "", ...rest] = statements.map(({ sql }) => sql);
  return [head, ...rest.flatMap((sql) => cutAlterTable(sql).subcommands)].join(", ");
};

/** The table that columns are added to, as it is written; undefined where the statement does something else. */
function targetOf({ parsed }: Written): string | undefined {
  if (parsed.tag !== "AlterTableStmt" || parsed.node.objtype !== "OBJECT_TABLE") return undefined;
  const { relation, missing_ok: mayBeMissing = false, cmds } = parsed.node;
  const addsOnly = nodesAs(cmds, "AlterTableCmd").every(({ subtype }) => subtype === "AT_AddColumn");
  return addsOnly ? `${rangeText(relation)} ${relation?.inh === true} ${mayBeMissing}` : undefined;
}

function isFilled(statement: Written, context: OnlineContext): boolean {
  const { parsed } = statement;
  const node = parsed.tag === "AlterTableStmt" ? parsed.node : undefined;
  const table = context.state.table(relationName(node?.relation));
  if (table === undefined || context.state.isNew(table)) return false;
  return (
    nodesAs(node?.cmds, "AlterTableCmd").some((command) => usingOf(command, table, context) !== undefined) ||
    harm(statement, context).some(({ works }) => works.includes("rewrite"))
  );
}
