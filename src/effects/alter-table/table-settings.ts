import type { TableIndex } from "../../catalog/model/table-index.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import { foreignKeysOf, partitionsBelow } from "../foreign-keys.ts";
import { lockNamed } from "../lock-named.ts";
import { nameOfParts, writtenName } from "../written-name.ts";
import { type Alteration, columnOf, nameOf } from "./alteration.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";
import { ownedSequences } from "./owned-sequences.ts";
import { rewriteTable } from "./rewrite-table.ts";

/** SET LOGGED and SET UNLOGGED: table, indexes and the sequences of its columns are all written again. */
export function setPersistence(alteration: Alteration, { subtype }: Subcommand): void {
  const { table, state, effects } = alteration;
  const unlogged = subtype === "AT_SetUnLogged";
  if (table.kind === "partitioned" && state.major >= 18) {
    alteration.refuse("42809", `${nameOf(table)} is partitioned and holds no rows`);
    return;
  }
  if (table.persistence === "temporary") {
    alteration.refuse("42P16", `${nameOf(table)} is temporary`);
    return;
  }
  if (table.persistence === (unlogged ? "unlogged" : "permanent") && alteration.isKnown) return;
  const partners = unlogged
    ? state.keysReferencing(table).map((one) => one.table)
    : foreignKeysOf(table).flatMap(({ references }) => state.table(references) ?? []);
  const other = partners.find((one) => one !== table && one.persistence === (unlogged ? "permanent" : "unlogged"));
  if (other !== undefined) alteration.refuse("42P16", `a foreign key ties it to ${nameOf(other)}`);
  rewriteTable(alteration, table);
  if (table.kind !== "ordinary") return;
  for (const sequence of ownedSequences(table, state))
    effects.lock(sequence, "sequence", "sequence", "ACCESS EXCLUSIVE");
}

/** SET TABLESPACE copies the table's file; its indexes stay where they are. */
export function setTableSpace(alteration: Alteration, { name = "" }: Subcommand): void {
  const { table, isKnown } = alteration;
  if (!isKnown || tablespaceOf(table) !== name) alteration.work(table, "rewrite");
}

/** The database's own tablespace is taken for pg_default. */
export const tablespaceOf = ({ tablespace }: { readonly tablespace?: string }): string => tablespace ?? "pg_default";

/** SET ACCESS METHOD writes the table again, unless it has that method. */
export function setAccessMethod(alteration: Alteration, { name }: Subcommand): void {
  const { table, state } = alteration;
  alteration.requireMajor(15, "SET ACCESS METHOD");
  if (name === undefined) alteration.requireMajor(17, "SET ACCESS METHOD DEFAULT");
  if (table.kind === "partitioned") {
    if (state.major < 17) alteration.refuse("42809", `${nameOf(table)} is partitioned and has no access method`);
    return;
  }
  const wanted = name ?? state.setting("default_table_access_method") ?? "heap";
  if (table.accessMethod !== wanted) rewriteTable(alteration, table);
}

/** Storage parameters of a partitioned table are those of its partitions. */
export function setOptions(alteration: Alteration, { def }: Subcommand): void {
  const { table, state } = alteration;
  if (table.kind !== "partitioned" || def === undefined) return;
  alteration.refuse(
    state.major < 16 ? "22023" : "42809",
    `${nameOf(table)} is partitioned and has no storage parameters`,
  );
}

/** OWNER TO: an owner that is another one gets indexes and owned sequences too. */
export function changeOwner(alteration: Alteration, { newowner }: Subcommand): void {
  const { table, state, effects } = alteration;
  const owner = newowner?.roletype === "ROLESPEC_CSTRING" ? newowner.rolename : state.user;
  if (owner === table.owner) return;
  for (const { name } of table.indexes) effects.lockIndex(table, name, "ACCESS EXCLUSIVE");
  for (const sequence of ownedSequences(table, state))
    effects.lock(sequence, "sequence", "sequence", "ACCESS EXCLUSIVE");
}

const indexNamed = (alteration: Alteration, name: string | undefined): TableIndex | undefined => {
  const { table, state, isKnown } = alteration;
  const index = table.indexes.find((one) => one.name === name);
  if (index === undefined && isKnown && state.complete)
    alteration.refuse("42704", `${nameOf(table)} has no index ${name}`);
  return index;
};

export function replicaIdentity(alteration: Alteration, { def }: Subcommand): void {
  const { table, effects } = alteration;
  const { identity_type, name } = nodeAs(def, "ReplicaIdentityStmt") ?? {};
  if (identity_type !== "i") return;
  const index = indexNamed(alteration, name);
  if (index === undefined) return;
  effects.lockIndex(table, index.name, "SHARE");
  const nullable = index.keys.some((key) => "column" in key && columnOf(table, key.column)?.notNull !== true);
  const whole = index.unique && index.predicate === undefined && !index.keys.some((key) => "expression" in key);
  if (!whole || nullable) alteration.refuse("42809", `${index.name} does not name every row of ${nameOf(table)}`);
}

export function clusterOn(alteration: Alteration, { subtype, name }: Subcommand): void {
  const { table, effects } = alteration;
  if (table.kind === "partitioned") {
    alteration.refuse("0A000", `${nameOf(table)} is partitioned`);
    return;
  }
  if (subtype === "AT_DropCluster") return;
  const index = indexNamed(alteration, name);
  if (index !== undefined) effects.lockIndex(table, index.name, "SHARE UPDATE EXCLUSIVE");
}

/**
 * ENABLE and DISABLE TRIGGER: partitions have their own copy of row triggers, and of those that check foreign keys.
 *
 * Source: `EnableDisableTrigger` in `src/backend/commands/trigger.c`.
 */
export function switchTrigger(alteration: Alteration, { subtype, name }: Subcommand): void {
  const { table, state, recurses, isKnown } = alteration;
  const named = table.triggers.filter((trigger) => trigger.name === name);
  const ofAll = subtype === "AT_EnableTrigAll" || subtype === "AT_DisableTrigAll";
  const ofUser = subtype === "AT_EnableTrigUser" || subtype === "AT_DisableTrigUser";
  if (!ofAll && !ofUser && named.length === 0 && isKnown && state.complete) {
    alteration.refuse("42704", `${nameOf(table)} has no trigger ${name}`);
    return;
  }
  const concerned = ofAll || ofUser ? table.triggers : named;
  const checksKeys = ofAll && (foreignKeysOf(table).length > 0 || state.keysReferencing(table).length > 0);
  if (recurses && (checksKeys || concerned.some(({ level }) => level === "row"))) {
    alteration.lockBelow(partitionsBelow(table, state));
  }
}

export function switchRule(alteration: Alteration, { name }: Subcommand): void {
  const { table, state, isKnown } = alteration;
  if (isKnown && state.complete && !table.rules.some((rule) => rule.name === name)) {
    alteration.refuse("42704", `${nameOf(table)} has no rule ${name}`);
  }
}

export function ofType({ state, effects }: Alteration, { def }: Subcommand): void {
  const type = nameOfParts(namesOf(nodeAs(def, "TypeName")?.names));
  lockNamed(type, state, effects, "source", "ACCESS SHARE", "composite type");
}

/** INHERIT: the child must have the columns, and CHECKs of the same name and expression; no row is read. */
export function addInherit(alteration: Alteration, { def }: Subcommand): void {
  const { table, state, effects } = alteration;
  const name = writtenName(nodeAs(def, "RangeVar"));
  lockNamed(name, state, effects, "parent", "SHARE UPDATE EXCLUSIVE");
  const parent = state.table(name);
  if (parent === undefined || !alteration.isKnown) return;
  if (table.partitionOf !== undefined || parent.kind === "partitioned" || parent.partitionOf !== undefined) {
    alteration.refuse("42809", "partitions inherit from their parent alone");
    return;
  }
  const missing = parent.columns.find((column) => columnOf(table, column.name) === undefined);
  if (missing !== undefined) {
    alteration.refuse("42804", `${nameOf(table)} has no column ${missing.name}`);
    return;
  }
  const other = parent.columns.find((column) => columnOf(table, column.name)?.type.text !== column.type.text);
  if (other !== undefined) {
    alteration.refuse("42804", `${other.name} has another type in ${nameOf(parent)}`);
    return;
  }
  const nullable = parent.columns.find((column) => column.notNull && columnOf(table, column.name)?.notNull !== true);
  if (nullable !== undefined) {
    alteration.refuse("42804", `${nullable.name} of ${nameOf(table)} may be null`);
    return;
  }
  const check = parent.constraints.find(
    (one) =>
      one.type === "check" &&
      !one.noInherit &&
      !table.constraints.some(({ type, name }) => type === "check" && name === one.name),
  );
  if (check !== undefined) alteration.refuse("42804", `${nameOf(table)} has no constraint ${check.name}`);
  // Looked at, so that no table inherits from itself.
  for (const below of alteration.descendants) effects.lockTable(below, "child", "ACCESS SHARE");
}

export function dropInherit({ state, effects }: Alteration, { def }: Subcommand): void {
  lockNamed(writtenName(nodeAs(def, "RangeVar")), state, effects, "parent", "ACCESS SHARE");
}
