import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { partitionsBelow } from "../foreign-keys.ts";
import type { LockMode } from "../lock-mode.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";

/** CREATE TRIGGER; row triggers are made on all partitions. Source: `CreateTrigger` in `src/backend/commands/trigger.c`. */
export const createTrigger: Family<"CreateTrigStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  lockNamed(name, state, effects, "target", "SHARE ROW EXCLUSIVE");
  if (node.row === true) lockPartitions(name, state, effects, "SHARE ROW EXCLUSIVE");
  if (node.constrrel !== undefined) {
    lockNamed(writtenName(node.constrrel), state, effects, "referenced", "ACCESS SHARE");
  }
};

/** ALTER TRIGGER … RENAME. Source: `renametrig` in `src/backend/commands/trigger.c`. */
export function renameTrigger(name: WrittenName, state: CatalogState, effects: EffectSet): void {
  lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE");
  lockPartitions(name, state, effects, "ACCESS EXCLUSIVE");
}

function lockPartitions(name: WrittenName, state: CatalogState, effects: EffectSet, lock: LockMode): void {
  for (const partition of partitionsBelow(state.resolved(name), state)) {
    effects.lockTable(partition, "partition", lock);
  }
}
