import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { orphans } from "../alter-table/orphans.ts";
import type { EffectSet } from "../effect-set.ts";
import { ancestorsOf, foreignKeysOf, lockReferenced, partitionsBelow } from "../foreign-keys.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";
import { lockForNewPartition } from "./create-partition.ts";
import { defaultPartitionOf, demandOfBound, demandOfDefault } from "./demands.ts";
import { buildMissingIndexes } from "./missing-indexes.ts";
import { verifyRows } from "./verify-rows.ts";

/**
 * ALTER TABLE … ATTACH PARTITION.
 *
 * Source: `ATExecAttachPartition` in `src/backend/commands/tablecmds.c`.
 *
 * @param parent undefined when the state does not know it; it is locked by the caller
 */
export function attachPartition(
  command: NodeOf<"PartitionCmd">,
  parent: Table | undefined,
  state: CatalogState,
  effects: EffectSet,
): void {
  const name = writtenName(command.name);
  const partition = state.table(name);
  const touched = lockNamed(name, state, effects, "partition", "ACCESS EXCLUSIVE");
  if (parent === undefined || partition === undefined || command.bound === undefined) {
    touched.works.add("scan");
    return;
  }
  for (const reason of misfits(parent, partition)) touched.mayFail.push({ sqlState: "42804", reason });
  for (const below of partitionsBelow(partition, state)) effects.lockTable(below, "partition", "ACCESS EXCLUSIVE");
  verifyRows(partition, demandOfBound(command.bound, parent, state), "partition", state, effects);
  const remainder = command.bound.is_default === true ? undefined : defaultPartitionOf(parent, state);
  if (remainder !== undefined) {
    verifyRows(remainder, demandOfDefault(command.bound, parent, state), "partition", state, effects);
  }
  // Their bounds hold for the partition too.
  for (const above of ancestorsOf(parent, state)) effects.lockTable(above, "parent", "ACCESS SHARE");
  lockForNewPartition(parent, state, effects);
  buildMissingIndexes(parent, partition, state, effects);
  for (const key of foreignKeysOf(parent)) takeOverKey(key, partition, state, effects);
}

/** Source: `MergeAttributesIntoExisting` and `MergeConstraintsIntoExisting`. */
function misfits(parent: Table, partition: Table): readonly string[] {
  const where = `${partition.schema}.${partition.name}`;
  const columns = parent.columns.flatMap(({ name, type, notNull }) => {
    const own = partition.columns.find((column) => column.name === name);
    if (own === undefined) return `${where} has no column ${name}`;
    if (own.type.text !== type.text) return `${name} of ${where} is no ${type.text}`;
    return notNull && !own.notNull ? `${name} of ${where} may be null` : [];
  });
  const checks = parent.constraints
    .filter(({ type, noInherit }) => type === "check" && !noInherit)
    .filter(({ name }) => !partition.constraints.some((own) => own.type === "check" && own.name === name))
    .map(({ name }) => `${where} has no constraint ${name}`);
  return [...columns, ...checks];
}

/** A foreign key of the parent becomes one of the partition: one that is there is taken, else one is made and validated. */
function takeOverKey(key: ForeignKey, partition: Table, state: CatalogState, effects: EffectSet): void {
  if (!key.enforced) return;
  const own = foreignKeysOf(partition).find((one) => isAlike(one, key) && (one.validated || state.major >= 18));
  lockReferenced(key.references, state, effects, own === undefined ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE");
  if (own?.validated === true) return;
  for (const table of [partition, ...partitionsBelow(partition, state)]) {
    if (table.kind !== "ordinary") continue;
    const touched = effects.lockTable(table, "partition", "ACCESS EXCLUSIVE");
    touched.works.add("validate");
    touched.mayFail.push(orphans(table, key));
  }
}

/** Source: `tryAttachPartitionForeignKey`. */
function isAlike(own: ForeignKey, key: ForeignKey): boolean {
  const shapeOf = (one: ForeignKey): string =>
    JSON.stringify([
      keyOf(one.references),
      one.columns.map((column, at) => [column, one.references.columns[at]]).toSorted(),
      [one.match, one.onUpdate, one.onDelete, one.deferrable, one.initiallyDeferred],
    ]);
  return own.parent === undefined && own.enforced && shapeOf(own) === shapeOf(key);
}
