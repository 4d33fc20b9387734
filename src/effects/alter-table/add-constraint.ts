import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { partitionsBelow } from "../foreign-keys.ts";
import { refuseSecondKey } from "./add-column.ts";
import { addForeignKey } from "./add-foreign-key.ts";
import { type Alteration, columnOf, nameOf, rowsOf } from "./alteration.ts";
import { columnIn, nodesBelow } from "./expression.ts";
import { expressionSql } from "./expression-sql.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";
import type { ConstraintNode } from "./new-column.ts";
import { forbidNulls } from "./not-null.ts";

/** ADD CONSTRAINT. Source: `ATExecAddConstraint` and `ATExecAddIndex` in `src/backend/commands/tablecmds.c`. */
export function addConstraint(alteration: Alteration, { def }: Subcommand): void {
  const node = nodeAs(def, "Constraint");
  if (node === undefined) return;
  // From 18 on all tables below are locked first, whatever kind of constraint it is.
  if (alteration.state.major >= 18 && alteration.recurses) alteration.lockAll();
  const { table, dropped } = alteration;
  if (node.conname !== undefined && !dropped.has(node.conname) && hasConstraint(table, node.conname)) {
    alteration.refuse("42710", `${nameOf(table)} has a constraint ${node.conname} already`);
    return;
  }
  switch (node.contype) {
    case "CONSTR_CHECK":
      addCheck(alteration, node);
      return;
    case "CONSTR_NOTNULL":
      alteration.requireMajor(18, "a NOT NULL constraint");
      forbidNulls(alteration, namesOf(node.keys)[0] ?? "", node.skip_validation !== true);
      return;
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY":
      node.indexname === undefined ? addKey(alteration, node) : useIndex(alteration, node, node.indexname);
      return;
    case "CONSTR_EXCLUSION":
      addExclusion(alteration, node);
      return;
    case "CONSTR_FOREIGN":
      addForeignKey(alteration, node);
      return;
    default:
  }
}

const hasConstraint = (table: Table, name: string): boolean =>
  table.constraints.some((one) => one.name === name) ||
  table.columns.some(({ notNullConstraint }) => notNullConstraint?.name === name);

function addCheck(alteration: Alteration, node: ConstraintNode): void {
  const { table, recurses, state } = alteration;
  const alone = node.is_no_inherit === true;
  if (!recurses && !alone && state.childrenOf(table).length > 0) {
    alteration.refuse("42P16", `the tables below ${nameOf(table)} must get the constraint too`);
  }
  const tables = alone ? [table] : alteration.lockAll();
  if (node.is_enforced !== true) alteration.requireMajor(18, "NOT ENFORCED");
  if (node.skip_validation === true) return;
  for (const one of tables) alteration.work(one, "scan");
  const columns = nodesBelow(node.raw_expr, "ColumnRef").flatMap((one) => columnIn({ ColumnRef: one }) ?? []);
  const isWhole = columns.map((one) => alteration.column(one)).every((column) => column !== undefined);
  if ((alteration.isKnown && !isWhole) || table.kind === "foreign") return;
  const condition = expressionSql(node.raw_expr);
  alteration.mayFail({
    sqlState: "23514",
    reason: `a row of ${nameOf(table)} does not satisfy ${node.conname ?? "the CHECK"}`,
    ...(condition === undefined
      ? {}
      : { query: `SELECT * FROM ${rowsOf(table, recurses && !alone)} WHERE NOT ${condition} LIMIT 5` }),
  });
}

/** UNIQUE and PRIMARY KEY build an index; the columns of a primary key must not be null. */
function addKey(alteration: Alteration, node: ConstraintNode): void {
  const { table, state, recurses, effects } = alteration;
  const primary = node.contype === "CONSTR_PRIMARY";
  if (node.nulls_not_distinct === true) alteration.requireMajor(15, "NULLS NOT DISTINCT");
  if (node.without_overlaps === true) alteration.requireMajor(18, "WITHOUT OVERLAPS");
  const columns = namesOf(node.keys);
  // Of a column that comes with the same statement no row can be asked.
  const isWhole = columns.map((column) => alteration.column(column)).every((column) => column !== undefined);
  if (primary) refuseSecondKey(alteration);
  if (primary) for (const column of columns) forbidKeyNulls(alteration, column);
  const partitions = recurses ? partitionsBelow(table, state) : [];
  // The index of a partition is built under the lock of CREATE INDEX, where nothing else has locked it harder.
  for (const one of partitions) effects.lockTable(one, "partition", "SHARE");
  for (const one of [table, ...partitions]) if (one.kind === "ordinary") effects.get(one)?.works.add("index-build");
  const missing = [table, ...partitions].some(({ partitioning }) =>
    (partitioning?.columns ?? []).some((key) => key !== null && !columns.includes(key)),
  );
  if (missing) alteration.refuse("0A000", `the key of ${nameOf(table)} must hold its partition key`);
  if (isWhole || !alteration.isKnown) duplicates(alteration, columns, node);
}

/** The columns of a primary key must not be null: like SET NOT NULL before it. */
function forbidKeyNulls(alteration: Alteration, column: string): void {
  const { state, recurses, descendants } = alteration;
  if (state.major >= 18 && !recurses && descendants.some((one) => columnOf(one, column)?.notNull !== true)) {
    // The server notices it late, and calls it an internal error.
    alteration.refuse("XX000", `${column} may be null in a table below ${nameOf(alteration.table)}`);
    return;
  }
  if (columnOf(alteration.table, column)?.notNullConstraint?.validated === false) {
    alteration.refuse("55000", `the NOT NULL of ${column} was never validated`);
    return;
  }
  forbidNulls(alteration, column, true);
}

function duplicates(alteration: Alteration, columns: readonly string[], node: ConstraintNode): void {
  const { table } = alteration;
  if (node.without_overlaps === true) {
    alteration.mayFail({ sqlState: "23P01", reason: `periods of ${nameOf(table)} overlap` });
    return;
  }
  const list = columns.map(quoteIdentifier).join(", ");
  const known = columns.map((column) => `${quoteIdentifier(column)} IS NOT NULL`).join(" AND ");
  const where = node.nulls_not_distinct === true ? "" : ` WHERE ${known}`;
  const rows = rowsOf(table, table.kind === "partitioned");
  alteration.mayFail({
    sqlState: "23505",
    reason: `two rows of ${nameOf(table)} have the same ${columns.join(", ")}`,
    query: `SELECT ${list}, count(*) FROM ${rows}${where} GROUP BY ${list} HAVING count(*) > 1 LIMIT 5`,
  });
}

/**
 * UNIQUE or PRIMARY KEY USING INDEX takes the index as it is, renames it to the constraint's name, and looks for nulls.
 *
 * Source: `ATExecAddIndexConstraint`; the checks of the index are in `transformIndexConstraint`.
 */
function useIndex(alteration: Alteration, node: ConstraintNode, name: string): void {
  const { table, effects } = alteration;
  const index = table.indexes.find((one) => one.name === name);
  if (index === undefined) {
    if (alteration.isKnown && alteration.state.complete) alteration.refuse("42704", `there is no index ${name}`);
    return;
  }
  if (table.kind === "partitioned") {
    alteration.refuse("0A000", `${nameOf(table)} is partitioned and takes no index for a constraint`);
    return;
  }
  if (!index.unique) {
    alteration.refuse("42809", `${name} is not unique`);
    return;
  }
  if (index.constraint !== undefined) {
    alteration.refuse("55000", `${name} belongs to a constraint already`);
    return;
  }
  if (!index.valid) {
    alteration.refuse("55000", `${name} is not valid`);
    return;
  }
  if (index.predicate !== undefined || index.keys.some((key) => "expression" in key)) {
    alteration.refuse("42809", `${name} is partial or has expressions`);
    return;
  }
  if (node.conname !== undefined && node.conname !== name) {
    effects.lockIndex(table, name, "SHARE UPDATE EXCLUSIVE");
  }
  if (node.contype !== "CONSTR_PRIMARY") return;
  refuseSecondKey(alteration);
  for (const column of columnsOfIndex(index)) forbidKeyNulls(alteration, column);
}

const columnsOfIndex = ({ keys }: TableIndex): readonly string[] =>
  keys.flatMap((key) => ("column" in key ? key.column : []));

function addExclusion(alteration: Alteration, node: ConstraintNode): void {
  const { table, state, recurses, effects } = alteration;
  if (table.kind === "partitioned" && state.major < 17) {
    alteration.refuse("0A000", "an exclusion constraint of a partitioned table needs PostgreSQL 17");
    return;
  }
  const partitions = recurses ? partitionsBelow(table, state) : [];
  for (const one of partitions) effects.lockTable(one, "partition", "SHARE");
  for (const one of [table, ...partitions]) if (one.kind === "ordinary") effects.get(one)?.works.add("index-build");
  const query = overlaps(table, node);
  alteration.mayFail({
    sqlState: "23P01",
    reason: `two rows of ${nameOf(table)} exclude each other`,
    ...(query === undefined ? {} : { query }),
  });
}

/** Pairs of rows that the constraint does not let stand side by side. */
function overlaps(table: Table, node: ConstraintNode): string | undefined {
  if (node.where_clause !== undefined) return undefined;
  const conditions = nodesAs(node.exclusions, "List").map(({ items }) => {
    const column = nodeAs(items?.[0], "IndexElem")?.name;
    const operator = namesOf(items?.[1]);
    if (column === undefined || operator.length !== 1) return undefined;
    return `one.${quoteIdentifier(column)} ${operator[0]} other.${quoteIdentifier(column)}`;
  });
  if (conditions.includes(undefined)) return undefined;
  const rows = rowsOf(table, false);
  return `SELECT one.* FROM ${rows} AS one JOIN ${rows} AS other ON one.ctid <> other.ctid AND ${conditions.join(" AND ")} LIMIT 5`;
}
