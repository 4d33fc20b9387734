import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";
import { allStored, isPartitioned, lockStored, rewriteStored, type Stored } from "./stored.ts";

/**
 * CLUSTER: of a partitioned table each leaf in a transaction of its own, without a name every table that was clustered
 * before.
 *
 * Source: `cluster` in `src/backend/commands/cluster.c`.
 */
export const cluster: Family<"ClusterStmt"> = (node, state, effects) => {
  if (node.relation === undefined) {
    for (const stored of allStored(state, effects)) {
      if (clusteredIndex(stored) !== undefined) rewriteStored(stored, "target", effects);
    }
    return;
  }
  const name = writtenName(node.relation);
  const found = state.relation(name);
  if (found === undefined) {
    lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE").works.add("rewrite");
    return;
  }
  if (found.kind !== "table" && found.kind !== "materialized view") {
    lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE").mayFail.push({
      sqlState: "42809",
      reason: `${name.name} is no table`,
    });
    return;
  }
  const index = node.indexname ?? clusteredIndex(found.is);
  if (!isPartitioned(found.is)) {
    const target = rewriteStored(found.is, "target", effects);
    if (index === undefined) {
      target.mayFail.push({ sqlState: "42704", reason: `${name.name} was not clustered before` });
    }
    return;
  }
  const target = lockStored(found.is, "target", "ACCESS EXCLUSIVE", effects);
  if (index === undefined) {
    target.mayFail.push({ sqlState: "42704", reason: `${name.name} was not clustered before` });
    return;
  }
  effects.lockIndex(found.is, index, "ACCESS SHARE");
  if (found.kind !== "table") return;
  for (const partition of state.descendantsOf(found.is)) {
    if (partition.kind === "ordinary") rewriteStored(partition, "partition", effects);
  }
};

const clusteredIndex = ({ indexes }: Stored): string | undefined => indexes.find(({ clustered }) => clustered)?.name;
