import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { parsedNode } from "../../sql/parsed-node.ts";
import { quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { type Bound, boundPredicate } from "./bound.ts";
import { predicateSql } from "./bound-sql.ts";
import { type KeyPart, partitionKey } from "./partition-key.ts";
import { ALWAYS, and, negated, or, type Predicate } from "./predicate.ts";
import type { Demand } from "./verify-rows.ts";

/** What rows of a table must be to become a partition: within the bound, and within those of all tables above. */
export function demandOfBound(bound: Bound, parent: Table, state: CatalogState): Demand {
  const key = partitionKey(parent, state) ?? [];
  const own = bound.is_default === true ? outsideAll(parent, key, state) : boundPredicate(bound, key);
  const above = boundsAbove(parent, state);
  const goal = own === undefined || above === undefined ? undefined : and(own, above.goal);
  const fits = goal === undefined ? undefined : predicateSql(goal, [...key, ...(above?.key ?? [])]);
  return {
    goal,
    offending: bound.strategy === "h" ? outsideHash(bound, parent, key) : fits && `${fits} IS NOT TRUE`,
    reason: (table) => `a row of ${table.schema}.${table.name} does not fit the bounds of the partition`,
  };
}

/** What rows of the default partition must be when a partition with this bound comes: outside of it. */
export function demandOfDefault(bound: Bound, parent: Table, state: CatalogState): Demand {
  const key = partitionKey(parent, state) ?? [];
  const inside = boundPredicate(bound, key);
  return {
    goal: inside && negated(inside),
    offending: inside && predicateSql(inside, key),
    reason: (table) => `a row of the default partition ${table.schema}.${table.name} belongs into the new partition`,
  };
}

const boundOf = (partition: Table): Bound | undefined =>
  partition.partitionOf === undefined
    ? undefined
    : parsedNode(`CREATE TABLE x PARTITION OF y ${partition.partitionOf.bound}`, "CreateStmt")?.partbound;

export const defaultPartitionOf = (parent: Table, state: CatalogState): Table | undefined =>
  state.partitionsOf(parent).find(({ partitionOf }) => partitionOf?.bound === "DEFAULT");

/** A default partition takes what no other does. */
function outsideAll(parent: Table, key: readonly KeyPart[], state: CatalogState): Predicate | undefined {
  const others = state.partitionsOf(parent).filter(({ partitionOf }) => partitionOf?.bound !== "DEFAULT");
  const bounds = others.map(boundOf);
  const inside = bounds.map((bound) => bound && boundPredicate(bound, key));
  if (inside.includes(undefined)) return undefined;
  return inside.length === 0 ? ALWAYS : negated(or(...inside.filter((one) => one !== undefined)));
}

interface Above {
  readonly goal: Predicate;
  readonly key: readonly KeyPart[];
}

/** The bounds of a partitioned table that is a partition itself. */
function boundsAbove(table: Table, state: CatalogState): Above | undefined {
  if (table.partitionOf === undefined) return { goal: ALWAYS, key: [] };
  const parent = state.table(table.partitionOf.parent);
  const key = parent && partitionKey(parent, state);
  const bound = boundOf(table);
  if (parent === undefined || key === undefined || bound === undefined) return undefined;
  const own = bound.is_default === true ? outsideAll(parent, key, state) : boundPredicate(bound, key);
  const above = boundsAbove(parent, state);
  return own && above && { goal: and(own, above.goal), key: [...key, ...above.key] };
}

function outsideHash({ modulus, remainder = 0 }: Bound, parent: Table, key: readonly KeyPart[]): string | undefined {
  const columns = key.map(({ sql }) => sql);
  if (columns.length === 0 || columns.includes(undefined)) return undefined;
  const table = `${quoteLiteral(quoteQualified(parent))}::regclass`;
  return `NOT satisfies_hash_partition(${table}, ${modulus}, ${remainder}, ${columns.join(", ")})`;
}
