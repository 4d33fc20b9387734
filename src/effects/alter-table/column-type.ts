import type { Column } from "../../catalog/model/column.ts";
import type { TypeReference } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { typeReference } from "../../catalog/state/apply/type-reference.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import { nameOfParts } from "../written-name.ts";
import { type Alteration, columnOf, nameOf } from "./alteration.ts";
import { dependentsOfColumn, indexesOnColumn, kindOfId, namesOfId } from "./column-dependents.ts";
import { collationOf, indexIsRebuilt, lacksOpclass, type NewColumn, operatorsChange } from "./index-reuse.ts";
import { keyCollisions } from "./key-collisions.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";
import { lockPartner, lockReferencing, referencing } from "./references.ts";
import { refuseStoredRows, rewriteTable } from "./rewrite-table.ts";
import { changeThrough, type TypeChange } from "./type-change.ts";
import { typeFailures } from "./type-failures.ts";
import { castsOfColumn } from "./using-casts.ts";

/**
 * ALTER COLUMN TYPE. The table is written again unless every value keeps its bytes; what stands on the column is taken
 * down and put up again: indexes (from their old files where they fit), CHECKs (verified), foreign keys on both sides.
 *
 * Source: `ATPrepAlterColumnType`, `ATExecAlterColumnType`, `ATPostAlterTypeCleanup` in
 * `src/backend/commands/tablecmds.c`.
 */
export function alterColumnType(alteration: Alteration, { name = "", def }: Subcommand): void {
  const { state, table, recurses } = alteration;
  const written = nodeAs(def, "ColumnDef");
  const type = typeReference(written?.typeName, state);
  const casts = castsOfColumn(written?.raw_default, name, state);
  const written_collation = namesOf(written?.collClause?.collname);
  const column = alteration.column(name);
  const children = recurses ? alteration.lockBelow(alteration.descendants) : [];
  if (!recurses && state.childrenOf(table).length > 0) {
    alteration.refuse("42P16", `the type of ${name} must be changed in the tables below ${nameOf(table)} too`);
  }
  if (column === undefined) {
    unknownColumn(alteration, name);
    return;
  }
  refuseDependents(alteration, column);
  for (const one of [table, ...children]) {
    const old = columnOf(one, name);
    if (old === undefined) continue;
    const collation = written_collation.length === 0 ? undefined : nameOfParts(written_collation);
    const change = changeOf(alteration, old, type, casts);
    if (change === "impossible") {
      alteration.refuse("42804", `${name} cannot be cast to ${type.text} by itself`);
      return;
    }
    const now: NewColumn = { old, type, collation: collationOf(type, collation, state) };
    changeColumn(alteration, one, now, change);
  }
  if (casts !== undefined && changeOf(alteration, column, type, casts) === "rewritten") {
    for (const way of typeFailures(table, column, type, casts, state)) alteration.mayFail(way);
    for (const way of keyCollisions(table, column, type, state)) alteration.mayFail(way);
  }
}

function changeOf(
  { state }: Alteration,
  { type: from }: Column,
  to: TypeReference,
  casts: readonly TypeReference[] | undefined,
): TypeChange {
  if (casts === undefined) return "rewritten";
  const explicit = casts.map((one) => ({ to: one, context: "explicit" as const }));
  return changeThrough(from, [...explicit, { to, context: "assignment" }], state);
}

/** Of a table that no catalog describes nothing says that its values fit. */
function unknownColumn(alteration: Alteration, name: string): void {
  const { table, state } = alteration;
  if (state.complete && alteration.isKnown) return;
  rewriteTable(alteration, table);
  alteration.effects.leaveUnchecked(
    `the type of ${nameOf(table)}.${name} is not known; it is taken to need a rewrite of the table`,
  );
}

function changeColumn(alteration: Alteration, table: Table, column: NewColumn, change: TypeChange): void {
  const { state, effects } = alteration;
  const { old } = column;
  const { name } = old;
  const isStored = table.kind !== "foreign" && old.generated?.kind !== "virtual";
  const rewritten = change === "rewritten" && isStored;
  if (rewritten) rewriteTable(alteration, table);
  else refuseStoredRows(alteration, table);
  if (old.identity !== undefined) {
    effects.lock(old.identity.sequence, "sequence", "sequence", "SHARE ROW EXCLUSIVE");
  }
  for (const index of indexesOnColumn(table, name, state)) {
    if (alteration.dropped.has(index.constraint ?? "")) continue;
    effects.lockIndex(table, index.name, "ACCESS EXCLUSIVE");
    if (lacksOpclass(index, column, state)) {
      alteration.refuse("42704", `${column.type.text} has no default operator class for ${index.name}`);
    }
    if (!index.partitioned && indexIsRebuilt(index, column, state)) alteration.work(table, "index-rebuild");
  }
  const changed = rewritten || operatorsChange(column, state);
  for (const constraint of table.constraints) {
    if (!constraint.columns.includes(name) || alteration.dropped.has(constraint.name)) continue;
    const holds = constraint.validated && constraint.enforced;
    if (constraint.type === "check" && holds) alteration.work(table, "scan");
    if (constraint.type !== "foreign key") continue;
    lockPartner(table, constraint, state, effects, "ACCESS EXCLUSIVE");
    if (holds && changed) alteration.work(table, "validate");
  }
  for (const { table: from, key } of referencing(table, state)) {
    if (!key.references.columns.includes(name) || keyOf(from) === keyOf(table)) continue;
    lockReferencing(from, state, effects, "ACCESS EXCLUSIVE");
    if (key.validated && key.enforced && changed) effects.get(from)?.works.add("validate");
  }
}

const REFUSING: Readonly<Record<string, string>> = {
  view: "a view",
  "materialized view": "a materialized view",
  rule: "a rule",
  trigger: "a trigger",
  policy: "a policy",
  routine: "a function",
  default: "a generated column",
};

/** PostgreSQL does not take these apart by itself. */
function refuseDependents(alteration: Alteration, { name, inheritedFrom }: Column): void {
  const { table, state } = alteration;
  if (inheritedFrom > 0) alteration.refuse("42P16", `${nameOf(table)} inherits ${name}`);
  if (table.partitioning?.columns.includes(name) === true) {
    alteration.refuse("42P16", `${name} is in the partition key of ${nameOf(table)}`);
  }
  for (const id of dependentsOfColumn(table, name, state)) {
    const what = REFUSING[kindOfId(id)];
    if (what !== undefined && !isDropped(alteration, id)) {
      alteration.refuse("0A000", `${what} uses ${nameOf(table)}.${name}: ${namesOfId(id).join(".")}`);
    }
  }
}

/** A generated column that the same statement drops is gone before. */
const isDropped = ({ commands }: Alteration, id: string): boolean =>
  kindOfId(id) === "default" &&
  commands.some(({ subtype, name }) => subtype === "AT_DropColumn" && name === namesOfId(id).at(-1));
