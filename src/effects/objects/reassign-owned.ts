import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodesAs } from "../../sql/node-as.ts";
import { ownedSequences } from "../alter-table/owned-sequences.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";

/** REASSIGN OWNED: ALTER … OWNER of all that a role owns. Source: `shdepReassignOwned` in `pg_shdepend.c`. */
export const reassignOwned: Family<"ReassignOwnedStmt"> = (node, state, effects) => {
  if (!state.complete) effects.leaveUnchecked("what a role owns is not known without a catalog");
  for (const { rolename } of nodesAs(node.roles, "RoleSpec")) lockOwned(rolename ?? "", state, effects);
};

function lockOwned(role: string, state: CatalogState, effects: EffectSet): void {
  const { tables, views, materializedViews, sequences, composites } = state.store.maps;
  const owned = <T extends { readonly owner: string }>(map: { values(): Iterable<T> }): readonly T[] =>
    [...map.values()].filter(({ owner }) => owner === role);
  for (const table of owned(tables)) {
    effects.lockTable(table, "target", "ACCESS EXCLUSIVE");
    for (const { name } of table.indexes) effects.lockIndex(table, name, "ACCESS EXCLUSIVE");
    for (const sequence of ownedSequences(table, state)) {
      effects.lock(sequence, "sequence", "sequence", "ACCESS EXCLUSIVE");
    }
  }
  for (const view of owned(materializedViews)) {
    effects.lock(view, "materialized view", "target", "ACCESS EXCLUSIVE");
    for (const { name } of view.indexes) effects.lockIndex(view, name, "ACCESS EXCLUSIVE");
  }
  for (const view of owned(views)) effects.lock(view, "view", "target", "ACCESS EXCLUSIVE");
  for (const sequence of owned(sequences)) effects.lock(sequence, "sequence", "target", "ACCESS EXCLUSIVE");
  for (const type of owned(composites)) effects.lock(type, "composite type", "target", "ACCESS EXCLUSIVE");
}
