import type { Table } from "../../catalog/model/table.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type Alteration, columnOf, nameOf, rowsOf } from "./alteration.ts";
import { checkImpliesNotNull } from "./implies-not-null.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";

/** SET NOT NULL: reads all rows, unless a CHECK proves that no null is there. */
export function setNotNull(alteration: Alteration, { name = "" }: Subcommand): void {
  alteration.column(name);
  forbidNulls(alteration, name, true);
}

/**
 * Makes a column not null, as SET NOT NULL, PRIMARY KEY and (on 18) a NOT NULL constraint do.
 *
 * Source: `ATExecSetNotNull` and `set_attnotnull` in `src/backend/commands/tablecmds.c`.
 *
 * @param validates false: NOT VALID
 */
export function forbidNulls(alteration: Alteration, name: string, validates: boolean): void {
  const { table, recurses, state, dropped } = alteration;
  const column = columnOf(table, name);
  if (column !== undefined && !mustLook(table, name)) {
    // Nothing to do; up to 17 the server goes down to heirs all the same.
    if (state.major < 18 && table.kind !== "partitioned") alteration.lockAll();
    return;
  }
  if (!recurses && table.kind === "partitioned" && state.partitionsOf(table).some((one) => allowsNull(one, name))) {
    alteration.refuse("42P16", `the partitions of ${nameOf(table)} must forbid nulls in ${name} too`);
  }
  const read = alteration.lockAll().filter((one) => {
    if (!validates || !mustLook(one, name)) return false;
    return hasUnprovenNotNull(one, name) || !checkImpliesNotNull(one, name, dropped);
  });
  for (const one of read) alteration.work(one, "scan");
  // What a foreign server holds is never looked at.
  if (read.some(({ kind }) => kind === "ordinary") && !alteration.adds(name))
    alteration.mayFail(nulls(table, name, recurses));
}

/** The failure of a column that must not be null and has nulls. */
export const nulls = (table: Table, name: string, recurses: boolean) => ({
  sqlState: "23502",
  reason: `a row of ${nameOf(table)} has no ${name}`,
  query: `SELECT * FROM ${rowsOf(table, recurses)} WHERE ${quoteIdentifier(name)} IS NULL LIMIT 5`,
});

const allowsNull = (table: Table, name: string): boolean => columnOf(table, name)?.notNull !== true;

/** NOT NULL … NOT VALID (18): the server looks at the rows whatever a CHECK says. */
const hasUnprovenNotNull = (table: Table, name: string): boolean =>
  columnOf(table, name)?.notNullConstraint?.validated === false;

const mustLook = (table: Table, name: string): boolean => allowsNull(table, name) || hasUnprovenNotNull(table, name);

/** DROP NOT NULL. From 18 on it goes down to other tables only where there is a constraint to drop. */
export function dropNotNull(alteration: Alteration, { name = "" }: Subcommand): void {
  const { table, state } = alteration;
  const column = alteration.column(name);
  if (column?.identity !== undefined) alteration.refuse("42601", `${name} is an identity column`);
  const key = table.constraints.find(({ type, columns }) => type === "primary key" && columns.includes(name));
  if (key !== undefined && !alteration.dropped.has(key.name)) {
    alteration.refuse("42P16", `${name} is in the primary key of ${nameOf(table)}`);
  }
  const parent = state.parentsOf(table).some((one) => columnOf(one, name)?.notNull === true);
  if (table.partitionOf !== undefined && parent) {
    alteration.refuse("42P16", `${name} is not null in the partitioned table of ${nameOf(table)}`);
  }
  if (state.major < 18 || column === undefined || column.notNull) alteration.lockAll();
}
