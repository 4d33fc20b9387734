import type { FuncCall, SelectStmt, UpdateStmt } from "libpg-query";
import { nodeAs } from "../../sql/node-as.ts";
import { rangeNames } from "../../sql/object-name.ts";
import type { NodeOf, PgNode } from "../../sql/parse-statement.ts";
import type { UndoItem } from "../plan.ts";
import { ALONE } from "./circumstances.ts";
import { type Derivation, type Following, nothing } from "./following.ts";
import { functionsCalled } from "./functions-called.ts";
import { captureOnRelation, T_NAME } from "./relation.ts";
import { refuseWhen, text } from "./sql-text.ts";
import { undoOf } from "./undo-of.ts";
import { columnsSet, writtenRelations } from "./written-relations.ts";

type RowTag = "InsertStmt" | "UpdateStmt" | "DeleteStmt" | "MergeStmt";

/** Rows of a made relation go with it, and values of a made column too. */
export function followRows<T extends RowTag>(tag: T, node: NodeOf<T>, following: Following): Derivation | undefined {
  const written = writtenRelations(tag, node as object);
  if (written.every((relation) => following.created.has("relation", rangeNames(relation)))) return nothing;
  if (tag !== "UpdateStmt" || written.length > 1) return undefined;
  return fillsColumns(node as UpdateStmt, following);
}

/** A trigger that fires on the update may change what stood before. */
function fillsColumns(node: UpdateStmt, { created }: Following): Derivation | undefined {
  const columns = columnsSet(node);
  const names = rangeNames(node.relation);
  if (columns.length === 0 || !columns.every((column) => created.has("column", names, `.${column}`))) return undefined;
  const fires = `EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal
      AND g.tgenabled <> 'D' AND g.tgtype::int & 16 <> 0)`;
  const item: UndoItem = captureOnRelation(
    node.relation,
    refuseWhen(fires, text`a trigger of ${T_NAME} fires on the update and may change other values`),
  );
  return () => [item];
}

/** A query may write rows, make a table (SELECT INTO) and move sequences. */
export function followSelect(node: SelectStmt, following: Following): Derivation | undefined {
  const { created } = following;
  const written = writtenRelations("SelectStmt", node);
  if (!written.every((relation) => created.has("relation", rangeNames(relation)))) return undefined;
  let first = node;
  while (first.larg !== undefined) first = first.larg;
  if (first.intoClause !== undefined) {
    const object = created.add("relation", rangeNames(first.intoClause.rel));
    return () => undoOf("SelectStmt", node, { ...ALONE, ifExists: object.dropped });
  }
  const calls = functionsCalled(node);
  const settles = calls.some(({ name }) => name.at(-1) === "setval");
  const others = calls.filter(({ name }) => !QUIET.has(name.at(-1) ?? ""));
  const own = calls.every(({ name, call }) => name.at(-1) !== "setval" || movesOwnSequence(call, created));
  return (settles || written.length > 0) && own && others.length === 0 ? nothing : undefined;
}

/** What stands beside setval in practice. */
const QUIET: ReadonlySet<string> = new Set(["setval", "pg_get_serial_sequence", "max", "min", "count", "greatest"]);

function movesOwnSequence(call: FuncCall, created: Following["created"]): boolean {
  const [sequence] = call.args ?? [];
  const source = nodeAs(sequence, "FuncCall");
  const name = literalOf(source === undefined ? sequence : source.args?.[0]);
  if (name === undefined) return false;
  const names = name.split(".").map((part) => part.replaceAll('"', ""));
  return source === undefined ? created.hasSequence(names) : created.has("relation", names);
}

/** A string constant, be it cast to regclass or not. */
const literalOf = (node: PgNode | undefined): string | undefined =>
  nodeAs(nodeAs(node, "TypeCast")?.arg ?? node, "A_Const")?.sval?.sval;

/** After this a name without a schema may mean another object. */
export function movesSearchPath(tag: string, node: unknown): boolean {
  if (tag === "VariableSetStmt") {
    const { name, kind } = node as NodeOf<"VariableSetStmt">;
    return kind === "VAR_RESET_ALL" || name === "search_path";
  }
  if (tag === "DiscardStmt") return true;
  if (tag !== "SelectStmt") return false;
  return functionsCalled(node).some(
    ({ name, call }) => name.at(-1) === "set_config" && literalOf(call.args?.[0]) === "search_path",
  );
}
