import type { NodeOf, NodeTag, PgNode } from "./parse-statement.ts";

/** The fields of a node when it is of that type. A place the grammar leaves empty, such as NONE, holds `{}`. */
export const nodeAs = <T extends NodeTag>(node: PgNode | undefined, tag: T): NodeOf<T> | undefined =>
  (node as Readonly<Record<string, unknown>> | undefined)?.[tag] as NodeOf<T> | undefined;

/** The fields of those nodes of a list that are of that type. */
export const nodesAs = <T extends NodeTag>(nodes: readonly PgNode[] | undefined, tag: T): readonly NodeOf<T>[] =>
  (nodes ?? []).map((node) => nodeAs(node, tag)).filter((fields) => fields !== undefined) as NodeOf<T>[];
