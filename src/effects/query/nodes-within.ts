import type { NodeOf, NodeTag } from "../../sql/parse-statement.ts";

/** All nodes of a type in a tree, outer ones first. */
export function nodesWithin<T extends NodeTag>(tree: unknown, tag: T): readonly NodeOf<T>[] {
  const found: NodeOf<T>[] = [];
  collect(tree, tag, found);
  return found;
}

function collect<T extends NodeTag>(tree: unknown, tag: T, found: NodeOf<T>[]): void {
  if (typeof tree !== "object" || tree === null) return;
  for (const [key, value] of Object.entries(tree)) {
    if (key === tag) found.push(value as NodeOf<T>);
    collect(value, tag, found);
  }
}
