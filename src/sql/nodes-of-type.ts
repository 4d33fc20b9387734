import type { NodeOf, NodeTag } from "./parse-statement.ts";

type Found<T extends NodeTag> = { readonly [K in T]: readonly NodeOf<K>[] };

/**
 * All nodes of some types in a tree, outer ones first, in one walk. Trees are walked for every statement of every file:
 * Object.entries would make two arrays a field, and for each type a walk of its own would cost as much again.
 */
export function nodesOfTypes<T extends NodeTag>(tree: unknown, ...tags: readonly T[]): Found<T> {
  const found: Record<string, unknown[] | undefined> = {};
  for (const tag of tags) found[tag] = [];
  collect(tree, found);
  return found as unknown as Found<T>;
}

export const nodesOfType = <T extends NodeTag>(tree: unknown, tag: T): readonly NodeOf<T>[] =>
  nodesOfTypes(tree, tag)[tag];

function collect(tree: unknown, found: Readonly<Record<string, unknown[] | undefined>>): void {
  if (typeof tree !== "object" || tree === null) return;
  if (Array.isArray(tree)) {
    for (const item of tree) collect(item, found);
    return;
  }
  for (const key in tree) {
    const value = (tree as Readonly<Record<string, unknown>>)[key];
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(found, key)) found[key]?.push(value);
    collect(value, found);
  }
}
