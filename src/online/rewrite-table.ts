import type { Table } from "../catalog/model/table.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import { harm, type OnlineContext, stateAfter, type Written } from "./online-context.ts";
import { AS_WRITTEN, type OnlineForm, sweep } from "./piece.ts";
import { rebuildBeside } from "./rebuild/rebuild-beside.ts";
import type { Subcommand } from "./subcommand.ts";
import { harmInWords, tooLong } from "./too-long.ts";

/** Subcommands by which the table is written again at another place or in another form. */
const REBUILDS: ReadonlySet<string> = new Set([
  "AT_SetLogged",
  "AT_SetUnLogged",
  "AT_SetTableSpace",
  "AT_SetAccessMethod",
]);

/** What is left: SET LOGGED, SET TABLESPACE and the like, and SET EXPRESSION of a stored column, move every row. */
export function rewriteTableOnline(
  { command, table, statement, text, isAlone }: Subcommand,
  context: OnlineContext,
): OnlineForm {
  if (!harm(statement, context).some(({ work }) => work === "rewrite")) return tooLong(statement, context);
  const what = harmInWords(statement, context);
  if (REBUILDS.has(command.subtype ?? "")) {
    // PostgreSQL refuses it at once.
    return refersAcross(table, statement, context) ? AS_WRITTEN : rebuildBeside(table, statement, what, context);
  }
  const columns = command.name === undefined ? [] : [command.name];
  const why = `gives ${columns.join(", ")} other values in every row: ${what}`;
  if (command.subtype === "AT_SetExpression" && isAlone === true) {
    return rebuildBeside(table, statement, why, context, { changes: [text] });
  }
  return sweep({ table: { schema: table.schema, name: table.name }, columns, work: "retype" }, why);
}

/** Whether a table that is logged and one that is not would refer to each other. */
function refersAcross(table: Table, statement: Written, context: OnlineContext): boolean {
  const { state } = context;
  const persistence = stateAfter(context, statement).table(table)?.persistence;
  const others = [
    ...table.constraints.flatMap((one) => (one.type === "foreign key" ? (state.table(one.references) ?? []) : [])),
    ...state.keysReferencing(table).map((one) => one.table),
  ].filter((one) => keyOf(one) !== keyOf(table));
  return persistence !== table.persistence && others.some((one) => one.persistence !== persistence);
}
