import type { PartitionBoundSpec, PartitionSpec } from "libpg-query";
import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../../sql/quote.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Partitioning } from "../../model/table.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { inheritForeignKey } from "./add-foreign-key.ts";
import { indexPartition } from "./add-index.ts";
import { changeTable, tableNow } from "./edit.ts";
import { expressionText } from "./expression-text.ts";
import { putDependencies } from "./put-dependencies.ts";

const STRATEGIES = {
  PARTITION_STRATEGY_LIST: "list",
  PARTITION_STRATEGY_RANGE: "range",
  PARTITION_STRATEGY_HASH: "hash",
} as const;

/** PARTITION BY. */
export function partitioningOf(spec: PartitionSpec): Partitioning {
  const strategy = STRATEGIES[spec.strategy ?? "PARTITION_STRATEGY_RANGE"];
  const keys = nodesAs(spec.partParams, "PartitionElem");
  const texts = keys.map(({ name, expr }) => (name === undefined ? expressionText(expr) : quoteIdentifier(name)));
  return {
    strategy,
    definition: `${strategy.toUpperCase()} (${texts.join(", ")})`,
    columns: keys.map(({ name }) => name ?? null),
  };
}

/** `FOR VALUES …` or `DEFAULT`. */
export function boundText(bound: PartitionBoundSpec): string {
  if (bound.is_default === true) {
    return "DEFAULT";
  }
  switch (bound.strategy) {
    case "h":
      return `FOR VALUES WITH (modulus ${bound.modulus ?? 0}, remainder ${bound.remainder ?? 0})`;
    case "l":
      return `FOR VALUES IN (${values(bound.listdatums)})`;
    default:
      return `FOR VALUES FROM (${values(bound.lowerdatums)}) TO (${values(bound.upperdatums)})`;
  }
}

const values = (nodes: readonly PgNode[] | undefined): string => (nodes ?? []).map(boundValue).join(", ");

function boundValue(node: PgNode): string {
  const [word = ""] = namesOf(nodeAs(node, "ColumnRef")?.fields);
  return word === "minvalue" || word === "maxvalue" ? word.toUpperCase() : expressionText(node);
}

/** Gives a partition what its parent has for all of them: indexes with keys, foreign keys, triggers of rows. */
export function becomePartition(state: CatalogState, partition: QualifiedName, parent: QualifiedName): void {
  const from = tableNow(state, parent);
  for (const index of from?.indexes ?? []) {
    const now = tableNow(state, partition);
    if (now !== undefined) {
      indexPartition(state, now, parent, index.name);
    }
  }
  for (const constraint of from?.constraints ?? []) {
    const now = tableNow(state, partition);
    if (now !== undefined && constraint.type === "foreign key") {
      inheritForeignKey(state, now, parent, constraint);
    }
  }
  inheritTriggers(state, partition, parent);
}

export function inheritTriggers(
  state: CatalogState,
  partition: QualifiedName,
  parent: QualifiedName,
  only?: string,
): void {
  const triggers = (tableNow(state, parent)?.triggers ?? []).filter(
    ({ level, name }) => level === "row" && (only === undefined || name === only),
  );
  for (const { comment: _, ...trigger } of triggers) {
    changeTable(state, partition, (one) => ({
      ...one,
      triggers: [...one.triggers.filter(({ name }) => name !== trigger.name), { ...trigger, inherited: true }],
    }));
    putDependencies(
      state,
      objectId("trigger", parent.schema, parent.name, trigger.name),
      objectId("trigger", partition.schema, partition.name, trigger.name),
      [parent, partition],
    );
    for (const child of state.partitionsOf(partition)) {
      inheritTriggers(state, child, partition, trigger.name);
    }
  }
}
