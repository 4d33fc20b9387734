import type { CheckConstraint, Constraint, ForeignKey } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import { objectId } from "../../catalog/object-id.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { lockReferenced, partitionsBelow } from "../foreign-keys.ts";
import { type Alteration, columnOf, nameOf, rowsOf } from "./alteration.ts";
import { kindOfId, namesOfId } from "./column-dependents.ts";
import { fallingWith, lockFalling } from "./dropped-with.ts";
import { isWritable } from "./expression.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";
import { nulls } from "./not-null.ts";
import { orphans } from "./orphans.ts";
import { lockPartner, lockReferencing, referencing } from "./references.ts";

/** A constraint of the table; a NOT NULL stands with its column. Says that the statement fails when there is none. */
function constraintOf(alteration: Alteration, name: string): Constraint | { readonly notNull: string } | undefined {
  const { table, state, isKnown } = alteration;
  const constraint = table.constraints.find((one) => one.name === name);
  if (constraint !== undefined) return constraint;
  const column = table.columns.find(({ notNullConstraint }) => notNullConstraint?.name === name);
  if (column !== undefined) return { notNull: column.name };
  if (isKnown && state.complete && !isAdded(alteration, name)) {
    alteration.refuse("42704", `${nameOf(table)} has no constraint ${name}`);
  }
  return undefined;
}

const isAdded = ({ commands }: Alteration, name: string): boolean =>
  commands.some(({ subtype, def }) => subtype === "AT_AddConstraint" && nodeAs(def, "Constraint")?.conname === name);

/**
 * DROP CONSTRAINT: no row is touched. The index of a key goes along; of a foreign key the other table loses its triggers.
 *
 * Source: `ATExecDropConstraint` in `src/backend/commands/tablecmds.c`.
 */
export function dropConstraint(alteration: Alteration, { name = "", behavior, missing_ok }: Subcommand): void {
  const { table, state, effects, recurses } = alteration;
  const missing = !table.constraints.some((one) => one.name === name);
  const ofColumn = table.columns.find(({ notNullConstraint }) => notNullConstraint?.name === name);
  if (!recurses && state.major < 18 && state.partitionsOf(table).length > 0 && !missing) {
    alteration.refuse("42P16", `${name} must be dropped from the partitions of ${nameOf(table)} too`);
  }
  // Cursors on partitions are looked for, with ONLY too.
  if (table.kind === "partitioned") alteration.lockBelow(alteration.descendants);
  if (missing && ofColumn === undefined && missing_ok === true) return;
  const constraint = constraintOf(alteration, name);
  if (constraint === undefined) return;
  if ("notNull" in constraint) {
    if ((ofColumn?.notNullConstraint?.inheritedFrom ?? 0) > 0) {
      alteration.refuse("42P16", `${nameOf(table)} inherits ${name}`);
    }
    if (table.constraints.some(({ type, columns }) => type === "primary key" && columns.includes(constraint.notNull))) {
      alteration.refuse("42P16", `${constraint.notNull} is in the primary key of ${nameOf(table)}`);
    }
    alteration.lockBelow(state.childrenOf(table));
    if (recurses) alteration.lockAll();
    return;
  }
  if (constraint.inheritedFrom > 0) alteration.refuse("42P16", `${nameOf(table)} inherits ${name}`);
  if (constraint.type === "check" && !constraint.noInherit) {
    alteration.lockBelow(recurses ? alteration.descendants : state.childrenOf(table));
  }
  for (const one of [table, ...partitionsBelow(table, state)]) dropOne(alteration, one, constraint, name);
  if (constraint.type !== "unique" && constraint.type !== "primary key") return;
  const ids = [table, ...partitionsBelow(table, state)].flatMap((one) => ownIds(one, constraint, name));
  const falling = fallingWith(ids, state);
  if (behavior === "DROP_CASCADE") {
    for (const { table: from, key } of referencing(table, state)) {
      if (key.references.index === constraint.index) lockReferencing(from, state, effects, "ACCESS EXCLUSIVE");
    }
    lockFalling(falling, alteration);
    return;
  }
  const users = falling.filter((id) => !ids.includes(id));
  const user = users.find((id) => kindOfId(id) !== "index" && !dropsItself(id, alteration));
  if (user !== undefined) alteration.refuse("2BP01", `${kindOfId(user)} ${namesOfId(user).join(".")} needs ${name}`);
}

/** The same key of a partition hangs on its parent's. */
const isSameKey = (one: Constraint, table: Table, of: Constraint, name: string): boolean =>
  one === of ||
  one.parent?.name === name ||
  (one.type === of.type && one.type === "primary key" && table.partitionOf !== undefined);

const ownIds = (table: Table, constraint: Constraint, name: string): readonly string[] =>
  table.constraints
    .filter((one) => isSameKey(one, table, constraint, name))
    .flatMap((one) => [
      objectId("constraint", table.schema, table.name, one.name),
      ...("index" in one ? [objectId("index", table.schema, one.index)] : []),
    ]);

const dropsItself = (id: string, { table, dropped }: Alteration): boolean => {
  const [schema, name, part = ""] = namesOfId(id);
  return kindOfId(id) === "constraint" && schema === table.schema && name === table.name && dropped.has(part);
};

function dropOne({ state, effects }: Alteration, table: Table, constraint: Constraint, name: string): void {
  for (const one of table.constraints) {
    if (!isSameKey(one, table, constraint, name)) continue;
    if (one.type === "foreign key") lockPartner(table, one, state, effects, "ACCESS EXCLUSIVE");
    else if ("index" in one) effects.lockIndex(table, one.index, "ACCESS EXCLUSIVE");
  }
}

/**
 * VALIDATE CONSTRAINT reads the rows under a lock that writers do not wait for; one that is valid already does nothing.
 *
 * Source: `ATExecValidateConstraint` in `src/backend/commands/tablecmds.c`.
 */
export function validateConstraint(alteration: Alteration, { name = "" }: Subcommand): void {
  const { table, state, recurses } = alteration;
  const constraint = constraintOf(alteration, name);
  if (constraint === undefined) {
    // Of a constraint that nobody has described it is sure that rows are read.
    if (!alteration.isKnown || !state.complete) alteration.work(table, "validate");
    return;
  }
  if ("notNull" in constraint) {
    validateNotNull(alteration, constraint.notNull);
    return;
  }
  if (constraint.type !== "check" && constraint.type !== "foreign key") {
    alteration.refuse("42809", `${name} is neither a CHECK nor a foreign key`);
    return;
  }
  if (!constraint.enforced) {
    alteration.refuse("55000", `${name} is NOT ENFORCED`);
    return;
  }
  if (constraint.validated) return;
  if (constraint.type === "foreign key") {
    validateForeignKey(alteration, constraint);
    return;
  }
  if (!recurses && !constraint.noInherit && state.childrenOf(table).length > 0) {
    alteration.refuse("42P16", `${name} must be validated on the tables below ${nameOf(table)} too`);
  }
  const tables = constraint.noInherit ? [table] : alteration.lockAll();
  for (const one of tables) {
    if (one === table || isUnproven(one, name)) alteration.work(one, "scan");
  }
  alteration.mayFail(violations(table, constraint, !constraint.noInherit));
}

const isUnproven = (table: Table, name: string): boolean =>
  table.constraints.some((one) => one.name === name && !one.validated);

/** Rows for which a CHECK is false. One that an earlier statement added may be known in part only. */
const violations = (table: Table, { name, expression }: CheckConstraint, below: boolean) => ({
  sqlState: "23514",
  reason: `a row of ${nameOf(table)} does not satisfy ${name}`,
  ...(!isWritable(expression)
    ? {}
    : { query: `SELECT * FROM ${rowsOf(table, below)} WHERE NOT (${expression}) LIMIT 5` }),
});

function validateNotNull(alteration: Alteration, column: string): void {
  const { table, recurses, state } = alteration;
  if (columnOf(table, column)?.notNullConstraint?.validated !== false) return;
  if (!recurses && state.childrenOf(table).length > 0) {
    alteration.refuse("42P16", `${column} must be validated on the tables below ${nameOf(table)} too`);
  }
  for (const one of alteration.lockAll()) {
    if (columnOf(one, column)?.notNullConstraint?.validated === false) alteration.work(one, "scan");
  }
  alteration.mayFail(nulls(table, column, recurses));
}

function validateForeignKey(alteration: Alteration, key: ForeignKey): void {
  const { table, state, effects } = alteration;
  const referenced = state.table(key.references);
  effects.lock(
    key.references,
    referenced?.kind === "partitioned" ? "partitioned table" : "table",
    "referenced",
    "ROW SHARE",
  );
  // The query that looks for orphans reads the partitions.
  for (const one of partitionsBelow(key.references, state)) effects.lockTable(one, "referenced", "ACCESS SHARE");
  const tables = [table, ...alteration.lockBelow(partitionsBelow(table, state))];
  for (const one of tables) alteration.work(one, "validate");
  alteration.mayFail(orphans(table, key));
}

/**
 * ALTER CONSTRAINT: DEFERRABLE changes triggers; from 18 on ENFORCED makes them and reads the rows, NOT ENFORCED drops them.
 *
 * Source: `ATExecAlterConstraint` in `src/backend/commands/tablecmds.c`.
 */
export function alterConstraint(alteration: Alteration, { def }: Subcommand): void {
  const { table, state, effects } = alteration;
  const change = nodeAs(def, "ATAlterConstraint");
  const name = change?.conname ?? "";
  const found = constraintOf(alteration, name);
  const enforces = change?.alterEnforceability === true;
  if (enforces) alteration.requireMajor(18, "ENFORCED");
  if (change?.alterInheritability === true) alteration.requireMajor(18, "INHERIT of a constraint");
  if (found === undefined) return;
  if ("notNull" in found) {
    if (change?.alterInheritability === true) alteration.lockAll();
    return;
  }
  if (found.type !== "foreign key") {
    alteration.refuse("42809", `${name} is not a foreign key`);
    return;
  }
  alteration.lockBelow(partitionsBelow(table, state));
  if (!enforces) return;
  const enforced = change?.is_enforced === true;
  if (enforced === found.enforced) return;
  lockReferenced(found.references, state, effects, enforced ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE");
  if (!enforced) return;
  for (const one of [table, ...partitionsBelow(table, state)]) alteration.work(one, "validate");
  alteration.mayFail(orphans(table, found));
}
