import type { Table } from "../../catalog/model/table.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { lockReferenced } from "../foreign-keys.ts";
import { nameOfParts, writtenName } from "../written-name.ts";
import { type Alteration, columnOf, nameOf, rowsOf } from "./alteration.ts";
import { splitName } from "./column-dependents.ts";
import { nodesBelow } from "./expression.ts";
import { expressionSql } from "./expression-sql.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";
import {
  type AddedColumn,
  addedColumn,
  type ConstraintNode,
  defaultOf,
  isNullAtFirst,
  needsRewrite,
} from "./new-column.ts";
import { rewriteTable } from "./rewrite-table.ts";
import { isConstrained } from "./written-type.ts";

/**
 * ADD COLUMN with the constraints that are written with it. Down to all tables below; indexes and foreign keys of the
 * column stay with the table itself and its partitions.
 *
 * Source: `ATExecAddColumn` in `src/backend/commands/tablecmds.c`.
 */
export function addColumn(alteration: Alteration, command: Subcommand): void {
  const { table, state, recurses } = alteration;
  const column = addedColumn(command.def, state);
  if (column.fills === "virtual") alteration.requireMajor(18, "a VIRTUAL generated column");
  const replaced = alteration.commands.some(({ subtype, name }) => subtype === "AT_DropColumn" && name === column.name);
  if (columnOf(table, column.name) !== undefined && !replaced) {
    if (command.missing_ok !== true) alteration.refuse("42701", `${nameOf(table)} has a column ${column.name} already`);
    return;
  }
  refuseWhereNot(alteration, column);
  const grown = [table, ...(recurses ? growing(alteration, table, column.name) : [])];
  if (needsRewrite(column, state)) {
    for (const one of grown) rewriteTable(alteration, one);
    lockSequences(alteration, column);
  }
  if (column.notNull || isConstrained(column.type, state)) missingValues(alteration, column, grown);
  for (const constraint of column.constraints) addWithColumn(alteration, column, constraint, grown);
}

/** The tables below that get the column, locked. One that has it takes note, and those below it are left alone. */
function growing(alteration: Alteration, table: Table, name: string): readonly Table[] {
  return alteration
    .lockBelow(alteration.state.childrenOf(table))
    .flatMap((child) => (columnOf(child, name) === undefined ? [child, ...growing(alteration, child, name)] : []));
}

/** A rewrite takes numbers from the sequences that the DEFAULT names. */
function lockSequences({ state, effects }: Alteration, column: AddedColumn): void {
  for (const { args } of nodesBelow(defaultOf(column, state), "FuncCall")) {
    for (const { sval } of nodesBelow(args, "sval")) {
      const parts = typeof sval === "string" ? splitName(sval) : [];
      const relation = parts.length === 0 ? undefined : state.relation(nameOfParts(parts));
      if (relation?.kind === "sequence") effects.lock(relation.is, "sequence", "sequence", "ROW EXCLUSIVE");
    }
  }
}

function refuseWhereNot(alteration: Alteration, { fills }: AddedColumn): void {
  const { table, state, recurses } = alteration;
  const below = state.childrenOf(table).length > 0;
  if (table.partitionOf !== undefined) alteration.refuse("42809", `${nameOf(table)} is a partition`);
  if (table.ofType !== undefined) alteration.refuse("42809", `${nameOf(table)} is a typed table`);
  if (!recurses && below) alteration.refuse("42P16", `the tables below ${nameOf(table)} must get the column too`);
  if (fills === "identity" && below && recurses && (state.major < 17 || table.kind !== "partitioned")) {
    alteration.refuse("42P16", `an identity column cannot go down to the tables below ${nameOf(table)}`);
  }
}

/** A column that must not be null and has no value: every row is one too many. */
function missingValues(alteration: Alteration, column: AddedColumn, tables: readonly Table[]): void {
  const { table, state, recurses } = alteration;
  if (column.fills === "virtual" && column.notNull) {
    // What it holds is computed from every row.
    for (const one of tables) alteration.work(one, "scan");
    alteration.mayFail({ sqlState: "23502", reason: `${column.name} is null in a row of ${nameOf(table)}` });
    return;
  }
  if (!isNullAtFirst(column, state)) return;
  const byDomain = domainForbidsNull(alteration, column);
  if (!column.notNull && !byDomain) return;
  for (const one of tables) alteration.work(one, "scan");
  if (table.kind === "foreign") return;
  alteration.mayFail({
    sqlState: "23502",
    reason: `rows of ${nameOf(table)} would have no ${column.name}`,
    query: `SELECT * FROM ${rowsOf(table, recurses)} LIMIT 5`,
  });
}

function domainForbidsNull({ state }: Alteration, { type }: AddedColumn): boolean {
  const domain = state.domain(type);
  return domain?.notNull === true;
}

function addWithColumn(
  alteration: Alteration,
  column: AddedColumn,
  constraint: ConstraintNode,
  tables: readonly Table[],
): void {
  const { table, state, effects } = alteration;
  switch (constraint.contype) {
    case "CONSTR_CHECK": {
      if (constraint.is_enforced !== true) return;
      const own = constraint.is_no_inherit === true ? [table] : tables;
      for (const one of own) alteration.work(one, "scan");
      checkFailure(alteration, column, constraint);
      return;
    }
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY": {
      for (const one of tables) if (one === table || table.kind === "partitioned") alteration.work(one, "index-build");
      if (constraint.contype === "CONSTR_PRIMARY") refuseSecondKey(alteration);
      duplicateDefault(alteration, column, constraint);
      return;
    }
    case "CONSTR_FOREIGN": {
      const name = writtenName(constraint.pktable);
      if (constraint.is_enforced !== true) alteration.requireMajor(18, "NOT ENFORCED");
      lockReferenced(name, state, effects, "SHARE ROW EXCLUSIVE");
      const filled = column.fills !== "nothing" && column.fills !== "identity";
      if (!filled || constraint.is_enforced !== true) return;
      for (const one of tables) if (one === table || table.kind === "partitioned") alteration.work(one, "validate");
      orphanDefault(alteration, column, constraint);
      return;
    }
    default:
  }
}

export function refuseSecondKey(alteration: Alteration): void {
  const key = alteration.table.constraints.find(({ type }) => type === "primary key");
  if (key !== undefined && !alteration.dropped.has(key.name)) {
    alteration.refuse("42P16", `${nameOf(alteration.table)} has a primary key already: ${key.name}`);
  }
}

/** The value of all rows that are there, as SQL; undefined when each has its own or it cannot be written. */
function firstValue({ state }: Alteration, column: AddedColumn): string | undefined {
  if (needsRewrite(column, state) && column.fills !== "default") return undefined;
  const value = defaultOf(column, state);
  const sql = value === undefined ? "NULL" : expressionSql(value);
  return sql === undefined || column.type.name === "unknown" ? undefined : `CAST(${sql} AS ${column.type.text})`;
}

function checkFailure(alteration: Alteration, column: AddedColumn, { raw_expr }: ConstraintNode): void {
  const { table, recurses } = alteration;
  const value = firstValue(alteration, column);
  const condition = expressionSql(raw_expr, (name) => (name === column.name ? (value ?? "") : quoteIdentifier(name)));
  alteration.mayFail({
    sqlState: "23514",
    reason: `a row of ${nameOf(table)} would not satisfy the CHECK of ${column.name}`,
    ...(value === undefined || condition === undefined
      ? {}
      : { query: `SELECT * FROM ${rowsOf(table, recurses)} WHERE NOT ${condition} LIMIT 5` }),
  });
}

/** All rows get the same value. */
function duplicateDefault(alteration: Alteration, column: AddedColumn, constraint: ConstraintNode): void {
  const { table, state } = alteration;
  const fixed = column.fills === "default" || (column.fills === "nothing" && constraint.nulls_not_distinct === true);
  if (!fixed || (isNullAtFirst(column, state) && constraint.nulls_not_distinct !== true)) return;
  if (needsRewrite(column, state)) return;
  alteration.mayFail({
    sqlState: "23505",
    reason: `all rows of ${nameOf(table)} would have the same ${column.name}`,
    query: `SELECT count(*) FROM ${rowsOf(table, table.kind === "partitioned")} HAVING count(*) > 1`,
  });
}

function orphanDefault(alteration: Alteration, column: AddedColumn, constraint: ConstraintNode): void {
  const { table, state, recurses } = alteration;
  if (isNullAtFirst(column, state)) return;
  const referenced = state.table(writtenName(constraint.pktable));
  const key = nodeAs(constraint.pk_attrs?.[0], "String")?.sval ?? primaryKeyOf(referenced)[0];
  const value = column.fills === "default" ? firstValue(alteration, column) : undefined;
  const query =
    value === undefined || referenced === undefined || key === undefined
      ? {}
      : {
          query: `SELECT * FROM ${rowsOf(table, recurses)} WHERE ${value} IS NOT NULL AND NOT EXISTS (SELECT FROM ${rowsOf(referenced, false)} AS referenced WHERE referenced.${quoteIdentifier(key)} = ${value}) LIMIT 5`,
        };
  alteration.mayFail({
    sqlState: "23503",
    reason: `the new ${column.name} of ${nameOf(table)} may be no row of ${constraint.pktable?.relname ?? ""}`,
    ...query,
  });
}

export const primaryKeyOf = (table: Table | undefined): readonly string[] =>
  table?.constraints.find(({ type }) => type === "primary key")?.columns ?? [];
