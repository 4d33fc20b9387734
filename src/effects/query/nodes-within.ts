import type { NodeOf, NodeTag } from "../../sql/parse-statement.ts";

/** All nodes of a type in a tree, outer ones first. */
export function nodesWithin<T extends NodeTag>(tree: unknown, tag: T): readonly NodeOf<T>[] {
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => [
    ...(key === tag ? [value as NodeOf<T>] : []),
    ...nodesWithin(value, tag),
  ]);
}
