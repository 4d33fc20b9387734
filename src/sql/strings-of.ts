import { nodesAs } from "./node-as.ts";
import type { PgNode } from "./parse-statement.ts";

/** A list of names. */
export const stringsOf = (nodes: readonly PgNode[] | undefined): readonly string[] =>
  nodesAs(nodes, "String").map(({ sval }) => sval ?? "");
