import type { ColumnDef, ConstrType } from "libpg-query";
import type { AddedColumn } from "../../effects/alter-table/new-column.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { OnlineContext } from "../online-context.ts";
import { brief, joined, type Piece } from "../piece.ts";
import type { Subcommand } from "../subcommand.ts";
import { type Inline, without } from "./column-text.ts";
import { type FilledTables, filledTables } from "./filled-tables.ts";

/** A column that ADD COLUMN makes and that rows get values of. */
export interface NewColumn {
  readonly part: Subcommand;
  readonly definition: ColumnDef;
  readonly column: AddedColumn;
  readonly inline: readonly Inline[];
  /** The tables that get the column with the values of this statement. */
  readonly filled: FilledTables;
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
  filled: filledTables(part.table, context.state, (below) => below.columns.some(({ name }) => name === column.name)),
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
export function addWithDefault({ column, filled }: NewColumn, add: string, value: string): readonly Piece[] {
  const set = `ALTER COLUMN ${quoteIdentifier(column.name)} SET DEFAULT ${value}`;
  return filled.isWhole
    ? [brief(`${add}, ${set}`)]
    : [brief(add), ...filled.tables.map((one) => joined(brief(`ALTER TABLE ONLY ${quoteQualified(one)} ${set}`)))];
}
