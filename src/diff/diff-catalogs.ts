import type { Catalog } from "../catalog/catalog.ts";
import { buildGraph } from "./build-graph.ts";
import { changesOf } from "./changes.ts";
import { judge } from "./fates.ts";
import { type Node, sqlOf } from "./graph.ts";
import { inOrder } from "./order.ts";
import type { DiffOptions, DiffStatement, SchemaDiff } from "./schema-diff.ts";

export type { Change, DiffOptions, DiffStatement, Rename, SchemaDiff } from "./schema-diff.ts";

import { sideOf } from "./sides.ts";

/**
 * What differs between two schemas, and the statements that lead from the one to the other: plain DDL, altering in place
 * what PostgreSQL can alter, each after what it needs. They are for a database of the version that `from` was read from.
 *
 * @throws LockkeeperError `internal` when changes wait for each other
 */
export function diffCatalogs(from: Catalog, to: Catalog, options: DiffOptions = {}): SchemaDiff {
  const verdict = judge(sideOf(from, options), sideOf(to, options), from.facts.server.version);
  const nodes = inOrder(buildGraph(verdict, options));
  return { changes: changesOf(verdict, options), statements: [...preamble(nodes), ...nodes.map(statement)] };
}

/** Bodies of routines are no dependencies: what they name may come later. */
function preamble(nodes: readonly Node[]): DiffStatement[] {
  return nodes.length > 1 && nodes.some(({ action }) => action.lateBound === true)
    ? [{ sql: "SET check_function_bodies = off", for: [] }]
    : [];
}

function statement(one: Node): DiffStatement {
  const { creates = [], drops = [], alters = [], needs = [], losesRows } = one.action;
  const own = [...new Set([...creates, ...drops, ...alters])];
  const commits = [one, ...one.folded].some(({ action }) => action.commitAfter === true);
  return {
    sql: sqlOf(one),
    ...(commits ? { commitAfter: true } : {}),
    ...(losesRows === undefined ? {} : { losesRows }),
    for: own.length > 0 ? own : needs.slice(0, 1),
  };
}
