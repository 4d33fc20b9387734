import type { ColumnExpression } from "../../migrations/migration.ts";
import { contextAfter, type OnlineContext } from "../online-context.ts";
import { type OnlineForm, type Piece, pieces } from "../piece.ts";
import { setNotNullOnline } from "../set-not-null.ts";
import type { Subcommand } from "../subcommand.ts";
import { tooLong } from "../too-long.ts";
import { fillTrigger } from "./fill-trigger.ts";
import { filledTables, fillPieces } from "./filled-tables.ts";
import { behindFill } from "./not-null-behind.ts";
import { fillFrom, trialOf, type UsedColumn } from "./using.ts";

/**
 * SET NOT NULL of a column for which the author says what the rows get that have null in it: they are filled first, and
 * those that are written with null until `contract`.
 */
export function fillNulls(part: Subcommand, using: ColumnExpression, context: OnlineContext): OnlineForm {
  const { table } = part;
  const column = table.columns.find(({ name }) => name === part.command.name);
  if (column === undefined) return tooLong(part.statement, context);
  const used: UsedColumn = { name: column.name, type: column.type, notNull: true, isKnown: true };
  const filled = part.only ? { tables: [table], isWhole: false } : filledTables(table, context.state, () => false);
  const trigger = fillTrigger(using, used, filled.tables, context);
  const [first, ...rest] = trigger.create;
  const done: Piece[] = [
    ...trialOf(using, table, used, context),
    ...(first === undefined ? [] : [{ ...first, joins: false }, ...rest]),
    ...fillPieces(filled, fillFrom(using, used)),
  ];
  const now = contextAfter(context, done);
  const proof = setNotNullOnline({ ...part, table: now.state.table(table) ?? table }, now);
  return proof.kind === "pieces" ? pieces(...done, ...behindFill(proof.pieces), ...trigger.remove) : proof;
}
