import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { EffectSet } from "../effect-set.ts";
import { foreignKeysOf, keysTo, lockReferenced } from "../foreign-keys.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";
import { defaultPartitionOf, demandOfDefault } from "./demands.ts";
import { verifyRows } from "./verify-rows.ts";

/**
 * CREATE TABLE … PARTITION OF. Unlike ATTACH it keeps out everybody from the parent.
 *
 * Source: `DefineRelation` in `src/backend/commands/tablecmds.c`.
 */
export function partitionOf(node: NodeOf<"CreateStmt">, state: CatalogState, effects: EffectSet): void {
  const name = writtenName(nodesAs(node.inhRelations, "RangeVar")[0]);
  lockNamed(name, state, effects, "parent", "ACCESS EXCLUSIVE", "partitioned table");
  const parent = state.table(name);
  if (parent === undefined || node.partbound === undefined) return;
  lockForNewPartition(parent, state, effects);
  for (const { references, enforced } of foreignKeysOf(parent)) {
    if (enforced) lockReferenced(references, state, effects, "SHARE ROW EXCLUSIVE");
  }
  const remainder = node.partbound.is_default === true ? undefined : defaultPartitionOf(parent, state);
  if (remainder !== undefined) {
    verifyRows(remainder, demandOfDefault(node.partbound, parent, state), "partition", state, effects);
  }
}

/** What a partition that comes needs, besides its rows: indexes like the parent's, triggers of keys that refer to it. */
export function lockForNewPartition(parent: Table, state: CatalogState, effects: EffectSet): void {
  for (const { name } of parent.indexes) effects.lockIndex(parent, name, "SHARE UPDATE EXCLUSIVE");
  for (const { from } of keysTo(parent, state)) {
    effects.lockTable(from, "referencing", "SHARE ROW EXCLUSIVE");
  }
}
