import type { ColumnDef, ConstrType } from "libpg-query";
import type { Table } from "../../catalog/model/table.ts";
import type { AddedColumn } from "../../effects/alter-table/new-column.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { OnlineContext } from "../online-context.ts";
import { brief, joined, type Piece } from "../piece.ts";
import type { Subcommand } from "../subcommand.ts";
import { type Inline, without } from "./column-text.ts";
import { filledTables } from "./filled-tables.ts";

/** A column that ADD COLUMN makes and that rows get values of. */
export interface NewColumn {
  readonly part: Subcommand;
  readonly definition: ColumnDef;
  readonly column: AddedColumn;
  readonly inline: readonly Inline[];
  /** Those that get the column with the values of this statement. */
  readonly tables: readonly Table[];
  readonly context: OnlineContext;
}

export const newColumn = (
  part: Subcommand,
  definition: ColumnDef,
  column: AddedColumn,
  inline: readonly Inline[],
  context: OnlineContext,
): NewColumn => ({
  part,
  definition,
  column,
  inline,
  tables: filledTables(part.table, context.state, (below) => below.columns.some(({ name }) => name === column.name)),
  context,
});

export const inlineOf = ({ inline }: NewColumn, contype: ConstrType): Inline | undefined =>
  inline.find(({ constraint }) => constraint.contype === contype);

/** Kinds of constraints that a column is made without at first. */
const LATER: ReadonlySet<string> = new Set([
  "CONSTR_CHECK",
  "CONSTR_DEFAULT",
  "CONSTR_FOREIGN",
  "CONSTR_GENERATED",
  "CONSTR_IDENTITY",
  "CONSTR_NOTNULL",
  "CONSTR_PRIMARY",
  "CONSTR_UNIQUE",
]);

/** `ALTER TABLE t ADD COLUMN c integer`: the column without a value, which writes no row. */
export const addBare = ({ part, inline }: NewColumn): string =>
  without(
    part.statement.sql,
    inline.filter(({ constraint }) => LATER.has(constraint.contype ?? "")),
  );

/**
 * Makes the column without a value, and with one in rows from now on. Tables below that have the column by themselves
 * keep the default that they have.
 */
export function addWithDefault(
  { part, column, tables, context }: NewColumn,
  add: string,
  value: string,
): readonly Piece[] {
  const set = `ALTER COLUMN ${quoteIdentifier(column.name)} SET DEFAULT ${value}`;
  const { table } = part;
  const isEverywhere =
    table.partitioning !== undefined || tables.length === 1 + context.state.descendantsOf(table).length;
  return isEverywhere
    ? [brief(`${add}, ${set}`)]
    : [brief(add), ...tables.map((one) => joined(brief(`ALTER TABLE ONLY ${quoteQualified(one)} ${set}`)))];
}
