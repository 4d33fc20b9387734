import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { EffectSet } from "../effect-set.ts";
import { ancestorsOf, foreignKeysOf, keysTo, lockReferenced, partitionsBelow } from "../foreign-keys.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";
import { defaultPartitionOf } from "./demands.ts";

/**
 * ALTER TABLE … DETACH PARTITION, plain or CONCURRENTLY or FINALIZE. The parent is locked by the caller: with ACCESS
 * EXCLUSIVE by the plain form, else with SHARE UPDATE EXCLUSIVE.
 *
 * Source: `ATExecDetachPartition` and `DetachPartitionFinalize` in `src/backend/commands/tablecmds.c`.
 *
 * @param parent undefined when the state does not know it
 */
export function detachPartition(
  command: NodeOf<"PartitionCmd">,
  parent: Table | undefined,
  state: CatalogState,
  effects: EffectSet,
): void {
  const name = writtenName(command.name);
  const partition = state.table(name);
  // First it is marked as no partition any more, and then everybody is waited for.
  const apart = command.concurrent === true || partition?.partitionOf?.detachPending === true;
  const felt = apart ? { felt: "SHARE UPDATE EXCLUSIVE" as const } : {};
  const touched =
    partition === undefined
      ? lockNamed(name, state, effects, "partition", "ACCESS EXCLUSIVE")
      : effects.lockTable(partition, "partition", "ACCESS EXCLUSIVE", felt);
  if (parent === undefined || partition === undefined) return;
  const remainder = defaultPartitionOf(parent, state);
  if (remainder !== undefined) {
    if (command.concurrent === true) {
      touched.mayFail.push({ sqlState: "55000", reason: `${parent.name} has a default partition` });
    }
    effects.lockTable(remainder, "partition", "ACCESS EXCLUSIVE");
  }
  for (const below of partitionsBelow(partition, state))
    effects.lockTable(below, "partition", "ACCESS EXCLUSIVE", felt);
  for (const index of partition.indexes) {
    if (index.parent !== undefined) effects.lockIndex(partition, index.name, "ACCESS EXCLUSIVE", "index", felt);
  }
  for (const key of foreignKeysOf(partition)) {
    if (key.parent !== undefined && key.enforced) {
      lockReferenced(key.references, state, effects, "SHARE ROW EXCLUSIVE");
    }
  }
  dropReferencing(parent, partition, state, effects);
}

/** Keys that refer to the parent must not refer to rows of the partition: all referencing rows are looked at. */
function dropReferencing(parent: Table, partition: Table, state: CatalogState, effects: EffectSet): void {
  const above = [parent, ...ancestorsOf(parent, state)];
  for (const { from, key } of keysTo(parent, state).filter((one) => one.key.enforced)) {
    const referenced = above.findIndex((one) => keyOf(one) === keyOf(key.references));
    for (const one of above.slice(1, referenced + 1)) effects.lockTable(one, "parent", "ACCESS SHARE");
    const touched = effects.lockTable(from, "referencing", "ACCESS EXCLUSIVE");
    const on = key.columns.map((column, at) => {
      const to = quoteIdentifier(key.references.columns[at] ?? "");
      return `f.${quoteIdentifier(column)} = p.${to}`;
    });
    touched.mayFail.push({
      sqlState: "23503",
      reason: `a row of ${from.schema}.${from.name} refers to a row of ${partition.schema}.${partition.name}`,
      query: `SELECT f.* FROM ${quoteQualified(from)} f JOIN ${quoteQualified(partition)} p ON ${on.join(" AND ")} LIMIT 5`,
    });
    for (const table of [from, ...partitionsBelow(from, state)]) {
      const read = effects.lockTable(table, "referencing", "ACCESS SHARE");
      if (table.kind === "ordinary") read.works.add("validate");
    }
  }
}
