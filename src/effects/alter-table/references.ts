import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { EffectSet } from "../effect-set.ts";
import { foreignKeysOf, lockReferenced, partitionsBelow } from "../foreign-keys.ts";
import type { LockMode } from "../lock-mode.ts";

/** A foreign key with the table that it belongs to. */
export interface KeyOf {
  readonly table: Table;
  readonly key: ForeignKey;
}

/** The foreign keys of other tables, and of the table itself, that refer to it. */
export const referencing = (table: Table, state: CatalogState): readonly KeyOf[] =>
  state.keysReferencing(table).flatMap(({ table: from, constraint }) =>
    foreignKeysOf(from)
      .filter(({ name }) => name === constraint)
      .map((key) => ({ table: from, key })),
  );

/** Locks the table that a key of `table` refers to, with its partitions. A key to the own table locks nothing more. */
export function lockPartner(
  table: Table,
  key: ForeignKey,
  state: CatalogState,
  effects: EffectSet,
  lock: LockMode,
): void {
  if (keyOf(key.references) !== keyOf(table)) lockReferenced(key.references, state, effects, lock);
}

/** Locks a table whose key refers to the altered one, with its partitions. */
export function lockReferencing(from: Table, state: CatalogState, effects: EffectSet, lock: LockMode): void {
  for (const one of [from, ...partitionsBelow(from, state)]) effects.lockTable(one, "referencing", lock);
}
