import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { MayFail } from "../effect.ts";
import { nameOf, rowsOf } from "./alteration.ts";

/** What a query for orphans needs to know of a foreign key. */
export type KeyColumns = Pick<ForeignKey, "columns" | "match" | "period"> & {
  readonly references: QualifiedName & { readonly columns: readonly string[] };
};

/**
 * Rows that refer to no row. With MATCH FULL also rows that have some of the key's columns and not all.
 *
 * Periods are covered by several rows together; of those the query says nothing.
 */
export function orphans(table: Table, { columns, references, match, period }: KeyColumns): MayFail {
  const reason = `a row of ${nameOf(table)} refers to no row of ${nameOf(references)}`;
  if (period || references.columns.length !== columns.length) return { sqlState: "23503", reason };
  const own = columns.map((column) => `referring.${quoteIdentifier(column)}`);
  const others = references.columns.map((column) => `referenced.${quoteIdentifier(column)}`);
  const present = own.map((column) => `${column} IS NOT NULL`).join(" AND ");
  const equal = own.map((column, at) => `${others[at]} = ${column}`).join(" AND ");
  const orphan = `${present} AND NOT EXISTS (SELECT FROM ${quoteQualified({ schema: references.schema, name: references.name })} AS referenced WHERE ${equal})`;
  const torn = `(${own.map((column) => `${column} IS NULL`).join(" OR ")}) AND (${own.map((column) => `${column} IS NOT NULL`).join(" OR ")})`;
  const condition = match === "full" && own.length > 1 ? `(${orphan}) OR (${torn})` : orphan;
  return {
    sqlState: "23503",
    reason,
    query: `SELECT referring.* FROM ${rowsOf(table, false)} AS referring WHERE ${condition} LIMIT 5`,
  };
}
