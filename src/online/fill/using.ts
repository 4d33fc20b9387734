import type { AlterTableCmd } from "libpg-query";
import type { TypeReference } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { parseExpression } from "../../effects/alter-table/expression.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { ColumnExpression } from "../../migrations/migration.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { holdsRows } from "../holds-rows.ts";
import type { OnlineContext } from "../online-context.ts";
import { type Piece, trial } from "../piece.ts";
import { columnReferences } from "../sync/column-references.ts";
import { bareExpression } from "./bare-expression.ts";
import type { Fill } from "./fill.ts";
import { isNeverNull } from "./never-null.ts";

/** A column that `using` is about. */
export interface UsedColumn {
  readonly name: string;
  readonly type: TypeReference;
  readonly notNull: boolean;
  /** It was there before, with values that stay. */
  readonly isKnown: boolean;
}

/**
 * What the author says, as `-- lockkeeper: using c = …`, that rows get in the column which a subcommand of ALTER TABLE
 * adds, or forbids to be null. Nothing for a table without rows.
 *
 * @throws LockkeeperError `using_invalid` with the place of the expression
 */
export function usingOf(
  { subtype, name, def }: AlterTableCmd,
  table: Table,
  context: OnlineContext,
): ColumnExpression | undefined {
  const added = subtype === "AT_AddColumn" ? nodeAs(def, "ColumnDef")?.colname : undefined;
  const column = subtype === "AT_SetNotNull" ? name : added;
  const known = table.columns.find((one) => one.name === column);
  const isDone = added === undefined ? known?.notNull !== false : known !== undefined;
  return column === undefined || isDone ? undefined : usingFor(table, column, context);
}

function usingFor(table: Table, column: string, context: OnlineContext): ColumnExpression | undefined {
  const found = expressionFor(context.using?.expressions ?? [], table, column);
  if (found === undefined || !holdsRows(table, context.state)) return undefined;
  const expression = bareExpression(found.expression, table);
  if (typeof expression !== "string") throw invalid(found, expression.reason);
  return { ...found, expression };
}

/** The expression that is about a column of the table. */
export function expressionFor(
  all: readonly ColumnExpression[],
  { schema, name }: Table,
  column: string,
): ColumnExpression | undefined {
  const path = [schema, name, column];
  return all.find(({ names }) => names.every((one, index) => one === path.at(index - names.length)));
}

/** Says what is wrong with the expression, and where it stands. */
export function invalid(
  { names, expression, at }: ColumnExpression,
  reason: string,
  directive: "using" | "back" = "using",
): LockkeeperError {
  const written = `${directive} ${names.map(quoteIdentifier).join(".")} = ${expression}`;
  return new LockkeeperError("using_invalid", {
    message: `${at.file}:${at.line}: \`${written}\`: ${reason}.`,
    at,
    notDone: "Nothing was run.",
  });
}

/** The rows that lack a value get that of the expression; those that have one keep it. */
export const fillFrom = (using: ColumnExpression, { name, type, notNull }: UsedColumn): Fill => ({
  column: name,
  type,
  expression: using.expression,
  end: notNull || isNeverNull(parseExpression(using.expression)) ? "every" : "given",
  ...(notNull ? {} : { othersMayLeave: true }),
});

/** So many rows show whether an expression can be evaluated. */
const SAMPLED_ROWS = 100;

/**
 * Has the server type-check the expression, and evaluate it for some rows, by assigning it to a column of the same type:
 * in a transaction of its own, before anything is changed.
 */
export function trialOf(
  using: ColumnExpression,
  table: Table,
  column: UsedColumn,
  context: OnlineContext,
): readonly Piece[] {
  const name = quoteIdentifier(column.name);
  const sample = `SELECT * FROM ${quoteQualified(table)} LIMIT ${SAMPLED_ROWS}`;
  const isEarly = isPossibleBefore(using, table, column, context);
  // What comes from a column that is filled later has no value yet.
  const constraint = column.notNull && isEarly ? " NOT NULL" : "";
  const lacking = column.isKnown ? ` WHERE ${name} IS NULL` : "";
  return trial(
    `CREATE TEMPORARY TABLE lockkeeper_using (${name} ${column.type.text}${constraint})`,
    `INSERT INTO pg_temp.lockkeeper_using SELECT ${using.expression} FROM (${sample}) AS ${quoteIdentifier(table.name)}${lacking}`,
  ).map((piece) => ({
    ...piece,
    transaction: "alone",
    from: using.directive,
    ...(isEarly ? { isEarly } : {}),
  }));
}

/** Whether all that the expression is about was there before the first statement of the file. */
function isPossibleBefore(
  { expression }: ColumnExpression,
  table: Table,
  { name, isKnown }: UsedColumn,
  { using }: OnlineContext,
): boolean {
  const before = using?.found.table(table);
  const has = (column: string): boolean => before?.columns.some((one) => one.name === column) === true;
  return before !== undefined && !("reason" in columnReferences(expression, before)) && (!isKnown || has(name));
}
