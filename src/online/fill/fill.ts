import type { QualifiedName, TypeReference } from "../../catalog/model/names.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { alone, along, type Piece } from "../piece.ts";
import type { SweepSpec } from "../sweep-spec.ts";
import { differs } from "../sync/differs.ts";

/** How a column gets its values in rows that were there before it. */
export interface Fill {
  readonly column: string;
  readonly type: TypeReference;
  /** On the table's columns, by their bare names; of one that is computed, its type is the column's own. */
  readonly expression: string;
  /**
   * Which rows must have what in the end. `every`: all have a value. `given`: those have one for which the expression
   * gives one. `computed`: all have the very value that the expression gives. `tried`: the expression was evaluated for
   * every row, whether or not it gave a value: nobody can tell afterwards.
   */
  readonly end: "every" | "given" | "computed" | "tried";
  /** Others may go on writing rows without a value. */
  readonly othersMayLeave?: boolean;
}

/** Fills of one table. */
export interface Filling {
  readonly table: QualifiedName;
  /** Without the tables that inherit from it. */
  readonly only: boolean;
  readonly fills: readonly Fill[];
}

/**
 * One pass over a table for all of its new columns. The triggers that users made are not fired: as written, ALTER TABLE
 * fires none either.
 */
export function fillPiece(filling: Filling): Piece {
  const { table, only, fills } = filling;
  const set = fills.map((fill) => assignment(fill, fills.length > 1)).join(", ");
  const where = anyOf(fills.map(lacks));
  const verified = fills.filter(({ end }) => end !== "tried");
  const sweep: SweepSpec = {
    table,
    ...(only ? { only } : {}),
    action: { kind: "update", set },
    where,
    ...(verified.length === 0 ? {} : { left: anyOf(verified.map(lacks)) }),
    ...(fills.some(({ othersMayLeave }) => othersMayLeave === true) ? { othersMayLeave: true } : {}),
    visits: verified.length === fills.length ? "again" : "once",
    triggers: "skip",
  };
  const sql = `UPDATE ${only ? "ONLY " : ""}${quoteQualified(table)} SET ${set} WHERE ${where}`;
  return { ...along(alone(sql, "migrate")), sweep, filling };
}

/** A row in which one column lacks its value may have another's. */
function assignment(fill: Fill, isShared: boolean): string {
  const { column, type, expression, end } = fill;
  const name = quoteIdentifier(column);
  return isShared && end !== "computed"
    ? `${name} = COALESCE(${name}, CAST(${expression} AS ${unlimited(type)}))`
    : `${name} = ${expression}`;
}

function lacks({ column, type, expression, end }: Fill): string {
  const name = quoteIdentifier(column);
  switch (end) {
    case "given":
      return `${name} IS NULL AND (${expression}) IS NOT NULL`;
    case "computed":
      return differs({ type }, name, expression);
    default:
      return `${name} IS NULL`;
  }
}

/**
 * A type without its modifier: a value that does not fit fails where it is assigned, as it would by itself, and is not
 * cut by a cast.
 */
export const unlimited = ({ schema, name, text, array }: TypeReference): string =>
  text.includes("(") ? `${quoteQualified({ schema, name })}${array ? "[]" : ""}` : text;

const anyOf = (conditions: readonly string[]): string =>
  conditions.length === 1 ? (conditions[0] ?? "") : conditions.map((one) => `(${one})`).join(" OR ");
