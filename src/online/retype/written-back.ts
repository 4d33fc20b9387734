import type { Table } from "../../catalog/model/table.ts";
import { parseExpression } from "../../effects/alter-table/expression.ts";
import { isVolatile } from "../../effects/alter-table/expression-volatility.ts";
import type { ColumnExpression } from "../../migrations/migration.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { bareExpression } from "../fill/bare-expression.ts";
import { expressionFor, invalid } from "../fill/using.ts";
import { type OnlineContext, stateAfter, written } from "../online-context.ts";
import { brief, type Piece } from "../piece.ts";
import type { Subcommand } from "../subcommand.ts";

/**
 * What the author says, as `-- lockkeeper: back c = …`, that a column holds again when its type is taken back: SQL on the
 * row as the change leaves it.
 *
 * @param after the table as the statement leaves it
 * @throws LockkeeperError `using_invalid` with the place of the expression
 */
export function writtenBack(
  column: string,
  after: Table,
  { back = [], state }: OnlineContext,
): ColumnExpression | undefined {
  const found = expressionFor(back, after, column);
  if (found === undefined) return undefined;
  const expression = bareExpression(found.expression, after);
  if (typeof expression !== "string") throw invalid(found, expression.reason, "back");
  if (isVolatile(parseExpression(expression), state)) {
    throw invalid(found, "it gives another value each time it is asked", "back");
  }
  return { ...found, expression };
}

/** Whether the author gave a column of the statement a way back. */
export const hasWrittenBack = (table: Table, columns: readonly string[], { back = [] }: OnlineContext): boolean =>
  columns.some((column) => expressionFor(back, table, column) !== undefined);

/** A change of types as it is written, taken back by what the author says of all columns of which nothing else is certain. */
export function retypeAsWritten(
  table: Table,
  parts: readonly Subcommand[],
  sql: string,
  context: OnlineContext,
): Piece {
  const after = stateAfter(context, written(sql)).table(table) ?? table;
  const columns = parts.flatMap(({ command }) => {
    const before = table.columns.find(({ name }) => name === command.name);
    return before === undefined ? [] : [{ before, back: writtenBack(before.name, after, context) }];
  });
  const using = parts.filter(({ command }) => nodeAs(command.def, "ColumnDef")?.raw_default !== undefined);
  const isGiven = columns.every(
    ({ before, back }) => back !== undefined || !using.some(({ command }) => command.name === before.name),
  );
  if (!isGiven || !columns.some(({ back }) => back !== undefined)) return brief(sql);
  const changes = columns.flatMap(({ before, back }) => {
    const name = `ALTER COLUMN ${quoteIdentifier(before.name)}`;
    const type = `${name} TYPE ${before.type.text}${back === undefined ? "" : ` USING ${back.expression}`}`;
    return before.default === undefined
      ? [type]
      : [`${name} DROP DEFAULT`, type, `${name} SET DEFAULT ${before.default}`];
  });
  return { ...brief(sql), back: [{ sql: `${parts[0]?.head} ${changes.join(", ")}` }] };
}
