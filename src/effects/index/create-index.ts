import type { Table } from "../../catalog/model/table.ts";
import type { MaterializedView } from "../../catalog/model/view.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { EffectSet, Touched } from "../effect-set.ts";
import type { Family } from "../family.ts";
import type { LockMode } from "../lock-mode.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";
import { duplicateKeys } from "./duplicate-keys.ts";
import { fittingIndex } from "./fitting-index.ts";

/**
 * CREATE INDEX. On a partitioned table every partition is locked, whether or not IF NOT EXISTS finds the index; an index
 * of a partition that fits is attached instead of built.
 *
 * Source: `ProcessUtilitySlow` in `src/backend/tcop/utility.c`, `DefineIndex` in `src/backend/commands/indexcmds.c`.
 */
export const createIndex: Family<"IndexStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  const relation = state.relation(name);
  const temporary = relation?.kind === "table" && relation.is.persistence === "temporary";
  const lock: LockMode = node.concurrent === true && !temporary ? "SHARE UPDATE EXCLUSIVE" : "SHARE";
  const target = lockNamed(name, state, effects, "target", lock);
  if (relation?.kind === "materialized view") {
    if (!exists(node, relation.is, state)) build(node, relation.is, target);
    return;
  }
  if (relation === undefined) {
    build(node, undefined, target);
    return;
  }
  if (relation.kind !== "table") {
    target.mayFail.push({ sqlState: "42809", reason: `${name.name} is no table` });
    return;
  }
  if (relation.is.kind === "partitioned") createOnPartitions(node, relation.is, target, state, effects);
  else if (!exists(node, relation.is, state)) build(node, relation.is, target);
};

/** IF NOT EXISTS goes by the name alone. */
function exists(node: NodeOf<"IndexStmt">, { schema }: Table | MaterializedView, state: CatalogState): boolean {
  const { idxname } = node;
  return (
    node.if_not_exists === true && idxname !== undefined && state.relation({ schema, name: idxname }) !== undefined
  );
}

function build(node: NodeOf<"IndexStmt">, on: Table | MaterializedView | undefined, touched: Touched): void {
  if (on !== undefined && "kind" in on && on.kind === "foreign") {
    touched.mayFail.push({ sqlState: "42809", reason: `${on.name} is a foreign table, which has no indexes` });
    return;
  }
  touched.works.add("index-build");
  if (node.unique === true) touched.mayFail.push(duplicateKeys(node, touched.relation));
}

function createOnPartitions(
  node: NodeOf<"IndexStmt">,
  table: Table,
  target: Touched,
  state: CatalogState,
  effects: EffectSet,
): void {
  if (node.concurrent === true) {
    const reason = `${table.name} is partitioned: its index cannot be built concurrently`;
    target.mayFail.push({ sqlState: "0A000", reason });
  }
  const keys = nodesAs(node.indexParams, "IndexElem").map(({ name }) => name);
  const isCovered = table.partitioning?.columns.every((column) => column !== null && keys.includes(column)) === true;
  if (node.unique === true && !isCovered) {
    const reason = `a unique index of ${table.name} must have the columns that it is partitioned by`;
    target.mayFail.push({ sqlState: "0A000", reason });
  }
  if (node.relation?.inh !== true || node.concurrent === true) return;
  for (const partition of state.descendantsOf(table)) effects.lockTable(partition, "partition", "SHARE");
  if (!exists(node, table, state)) buildBelow(node, table, state, effects);
}

function buildBelow(node: NodeOf<"IndexStmt">, table: Table, state: CatalogState, effects: EffectSet): void {
  for (const partition of state.partitionsOf(table)) {
    const fitting = fittingIndex(node, partition);
    if (fitting !== undefined) {
      effects.lockIndex(partition, fitting.name, "SHARE");
    } else if (partition.kind === "partitioned") {
      buildBelow(node, partition, state, effects);
    } else if (partition.kind === "ordinary") {
      build(node, partition, effects.lockTable(partition, "partition", "SHARE"));
    }
  }
}
