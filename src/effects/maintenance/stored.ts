import type { Table } from "../../catalog/model/table.ts";
import type { MaterializedView } from "../../catalog/model/view.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Role } from "../effect.ts";
import type { EffectSet, Touched } from "../effect-set.ts";
import type { LockMode } from "../lock-mode.ts";

/** What has rows of its own, or partitions that have. */
export type Stored = Table | MaterializedView;

export const lockStored = (stored: Stored, role: Role, lock: LockMode, effects: EffectSet): Touched =>
  "kind" in stored ? effects.lockTable(stored, role, lock) : effects.lock(stored, "materialized view", role, lock);

/** Everything that a statement without names is about. */
export function allStored(state: CatalogState, effects: EffectSet): readonly Stored[] {
  if (!state.complete) effects.leaveUnchecked("which tables there are is not known");
  const { tables, materializedViews } = state.catalog();
  return [...tables.filter(({ kind }) => kind !== "foreign"), ...materializedViews];
}

export const isPartitioned = (stored: Stored): boolean => "kind" in stored && stored.kind === "partitioned";

/** The whole table is written again, and its indexes with it. */
export function rewriteStored(stored: Stored, role: Role, effects: EffectSet): Touched {
  const touched = lockStored(stored, role, "ACCESS EXCLUSIVE", effects);
  touched.works.add("rewrite");
  for (const { name } of stored.indexes) effects.lockIndex(stored, name, "ACCESS EXCLUSIVE");
  return touched;
}
