import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { nodesAs } from "../../sql/node-as.ts";
import { ownedSequences } from "../alter-table/owned-sequences.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { keysTo } from "../foreign-keys.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";

/**
 * TRUNCATE: new, empty files for tables and indexes, without reading the old ones.
 *
 * Source: `ExecuteTruncate` in `src/backend/commands/tablecmds.c`.
 */
export const truncate: Family<"TruncateStmt"> = (node, state, effects) => {
  const emptied = new Map<string, Table>();
  const empty = (table: Table): void => {
    emptied.set(keyOf(table), table);
  };
  for (const range of nodesAs(node.relations, "RangeVar")) {
    const name = writtenName(range);
    const touched = lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE");
    const table = state.table(name);
    if (table === undefined) continue;
    empty(table);
    if (range.inh !== true) {
      const reason = `${name.name} has no rows but those of its partitions`;
      if (table.kind === "partitioned") touched.mayFail.push({ sqlState: "42809", reason });
      continue;
    }
    for (const below of state.descendantsOf(table)) {
      effects.lockTable(below, below.partitionOf === undefined ? "child" : "partition", "ACCESS EXCLUSIVE");
      empty(below);
    }
  }
  followKeys(emptied, node.behavior === "DROP_CASCADE", state, effects);
  for (const table of emptied.values()) {
    for (const { name } of table.indexes) {
      // The index of a partitioned table has no file.
      if (table.kind === "ordinary") effects.lockIndex(table, name, "ACCESS EXCLUSIVE");
    }
    if (node.restart_seqs !== true) continue;
    for (const sequence of ownedSequences(table, state)) {
      effects.lock(sequence, "sequence", "sequence", "ACCESS EXCLUSIVE");
    }
  }
};

/** Tables whose keys refer to emptied ones are emptied too, or must be among them. */
function followKeys(emptied: Map<string, Table>, cascade: boolean, state: CatalogState, effects: EffectSet): void {
  const waiting = [...emptied.values()];
  for (let table = waiting.pop(); table !== undefined; table = waiting.pop()) {
    for (const { from } of keysTo(table, state)) {
      if (emptied.has(keyOf(from))) continue;
      if (!cascade) {
        const reason = `a foreign key of ${from.schema}.${from.name} refers to ${table.schema}.${table.name}`;
        effects.lockTable(table, "target", "ACCESS EXCLUSIVE").mayFail.push({ sqlState: "0A000", reason });
        continue;
      }
      for (const one of [from, ...state.descendantsOf(from)]) {
        effects.lockTable(one, "referencing", "ACCESS EXCLUSIVE");
        if (emptied.has(keyOf(one))) continue;
        emptied.set(keyOf(one), one);
        waiting.push(one);
      }
    }
  }
}
