import { harm, type OnlineContext } from "./online-context.ts";
import { type OnlineForm, type SweepNeed, sweep } from "./piece.ts";
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
export function rewriteTableOnline({ command, table, statement }: Subcommand, context: OnlineContext): OnlineForm {
  if (!harm(statement, context).some(({ work }) => work === "rewrite")) return tooLong(statement, context);
  const where = { schema: table.schema, name: table.name };
  const need: SweepNeed = REBUILDS.has(command.subtype ?? "")
    ? { table: where, columns: [], work: "rebuild" }
    : { table: where, columns: command.name === undefined ? [] : [command.name], work: "retype" };
  const subject = need.work === "rebuild" ? "" : `gives ${need.columns.join(", ")} other values in every row: `;
  return sweep(need, `${subject}${harmInWords(statement, context)}`);
}
