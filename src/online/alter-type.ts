import { type Subcommand, tooLong } from "./alter-table.ts";
import type { OnlineContext, Written } from "./online-context.ts";
import type { OnlineForm } from "./piece.ts";

export function alterTypeOnline(_part: Subcommand, statement: Written, context: OnlineContext): OnlineForm {
  return tooLong(statement, context);
}
