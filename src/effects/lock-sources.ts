import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import type { Relation, WrittenName } from "../catalog/state/relation.ts";
import { parseStatement } from "../sql/parse-statement.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { EffectSet } from "./effect-set.ts";
import { type LockMode, strongerLock } from "./lock-mode.ts";
import { lockNamed } from "./lock-named.ts";
import { type NamedInQuery, relationsIn } from "./relations-in.ts";

/**
 * Locks what a query names.
 *
 * @param tree nodes of the parse tree
 * @param how `named`: the query is looked at only, as for a view; `prepared`: its views are followed to their tables;
 *   `planned`: tables are followed to their partitions and heirs besides; `run`: also to the partitions that new rows go to
 */
export function lockSources(tree: unknown, state: CatalogState, effects: EffectSet, how: Depth): void {
  const seen = new Set<string>();
  const visit = (query: unknown, through: LockMode = "ACCESS SHARE"): void => {
    const read = through === "ACCESS SHARE" ? [] : relationsIn(fromClauseOf(query));
    for (const { name, lock: own, rows } of relationsIn(query)) {
      const lock = read.some((one) => isSame(one.name, name)) ? strongerLock(own, through) : own;
      const relation = state.relation(name);
      if (relation === undefined && (state.complete || isOfServer(name))) continue;
      const touched = lockNamed(name, state, effects, "source", lock);
      const once = `${lock} ${rows} ${keyOf(touched.relation)}`;
      if (how !== "named" && relation !== undefined && !seen.has(once)) {
        seen.add(once);
        follow(relation, lock, rows);
      }
    }
  };
  const follow = (relation: Relation, lock: LockMode, rows: NamedInQuery["rows"]): void => {
    if (relation.kind === "table") {
      const routed = how === "run" && relation.is.kind === "partitioned";
      const alone = how === "prepared" || rows === "own" || (rows === "new" && !routed);
      const role = effects.get(relation.is)?.role === "target" ? "partition" : "source";
      for (const below of alone ? [] : state.descendantsOf(relation.is)) effects.lockTable(below, role, lock);
    } else if (relation.kind === "view") {
      for (const query of parsedQueries(relation.is.definition)) visit(query, lock);
    }
  };
  visit(tree);
}

/** How far a query is followed. */
type Depth = "named" | "prepared" | "planned" | "run";

/** What a view is written through to, and whose rows are locked through it. */
const fromClauseOf = (query: unknown): unknown => (query as { readonly fromClause?: unknown }).fromClause;

const isSame = (one: WrittenName, other: WrittenName): boolean =>
  one.name === other.name && one.schema === other.schema;

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
