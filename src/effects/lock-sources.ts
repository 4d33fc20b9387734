import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import type { Relation, WrittenName } from "../catalog/state/relation.ts";
import { parseStatement } from "../sql/parse-statement.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { EffectSet } from "./effect-set.ts";
import type { LockMode } from "./lock-mode.ts";
import { lockNamed } from "./lock-named.ts";
import { relationsIn } from "./relations-in.ts";

/**
 * Locks what a query names.
 *
 * @param tree nodes of the parse tree
 * @param how `named`: the query is looked at only, as for a view; `run`: its views are followed to their tables, and
 *   tables to their partitions and heirs
 */
export function lockSources(tree: unknown, state: CatalogState, effects: EffectSet, how: "named" | "run"): void {
  const seen = new Set<string>();
  const visit = (query: unknown): void => {
    for (const { name, lock } of relationsIn(query)) {
      const relation = state.relation(name);
      if (relation === undefined && (state.complete || isOfServer(name))) continue;
      const touched = lockNamed(name, state, effects, "source", lock);
      if (how === "run" && relation !== undefined && !seen.has(keyOf(touched.relation))) {
        seen.add(keyOf(touched.relation));
        follow(relation, lock);
      }
    }
  };
  const follow = (relation: Relation, lock: LockMode): void => {
    if (relation.kind === "table") {
      for (const below of state.descendantsOf(relation.is)) effects.lockTable(below, "source", lock);
    } else if (relation.kind === "view") {
      for (const query of parsedQueries(relation.is.definition)) visit(query);
    }
  };
  visit(tree);
}

/** The server's own catalogs, of which no state holds anything. */
const isOfServer = ({ schema, name }: WrittenName): boolean =>
  schema === undefined ? name.startsWith("pg_") : schema === "pg_catalog" || schema === "information_schema";

/** The statements of a text that PostgreSQL has accepted before; none when it needs another grammar. */
export function parsedQueries(text: string): readonly unknown[] {
  try {
    return splitSql(text).statements.map((statement) => parseStatement(statement, "").node);
  } catch {
    return [];
  }
}
