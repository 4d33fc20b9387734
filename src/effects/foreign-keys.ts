import type { ForeignKey } from "../catalog/model/constraint.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { WrittenName } from "../catalog/state/relation.ts";
import type { EffectSet } from "./effect-set.ts";
import type { LockMode } from "./lock-mode.ts";
import { lockNamed } from "./lock-named.ts";

/** Those that the table has of its own or from its parent; the copies for the partitions of what is referred to are left out. */
export const foreignKeysOf = (table: Table): readonly ForeignKey[] =>
  table.constraints.filter(
    (one): one is ForeignKey =>
      one.type === "foreign key" && (one.parent?.table !== table.name || one.parent.schema !== table.schema),
  );

/** A foreign key with the table that it belongs to. */
export interface KeyFrom {
  readonly from: Table;
  readonly key: ForeignKey;
}

/** The foreign keys that refer to the rows of a table: to itself, or to a partitioned table above it. */
export const keysTo = (table: Table, state: CatalogState): readonly KeyFrom[] =>
  [table, ...ancestorsOf(table, state)].flatMap((one) =>
    state.keysReferencing(one).flatMap(({ table: from, constraint }) =>
      foreignKeysOf(from)
        .filter((key) => key.name === constraint && key.parent === undefined)
        .map((key) => ({ from, key })),
    ),
  );

/** The triggers that check a foreign key stand on the referenced table and on all of its partitions. */
export function lockReferenced(name: WrittenName, state: CatalogState, effects: EffectSet, lock: LockMode): void {
  lockNamed(name, state, effects, "referenced", lock);
  for (const partition of partitionsBelow(state.resolved(name), state)) {
    effects.lockTable(partition, "referenced", lock);
  }
}

/** Partitions of all levels. */
export const partitionsBelow = (table: QualifiedName, state: CatalogState): readonly Table[] =>
  state.partitionsOf(table).flatMap((partition) => [partition, ...partitionsBelow(partition, state)]);

/** The partitioned tables above a partition, the nearest first. */
export function ancestorsOf(table: Table, state: CatalogState): readonly Table[] {
  const parent = table.partitionOf === undefined ? undefined : state.table(table.partitionOf.parent);
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent, state)];
}
