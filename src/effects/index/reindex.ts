import type { TableIndex } from "../../catalog/model/table-index.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Relation } from "../../catalog/state/relation.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { EffectSet, Touched } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { type LockMode, strongerLock } from "../lock-mode.ts";
import { lockNamed } from "../lock-named.ts";
import { allStored, isPartitioned, lockStored, type Stored } from "../maintenance/stored.ts";
import { isConcurrentReindex } from "../refused-in-transaction.ts";
import { writtenName } from "../written-name.ts";

/** The locks of one way of making indexes again. */
interface Manner {
  readonly table: LockMode;
  /** The old index is locked harder once nobody uses it any more. */
  readonly felt: LockMode;
  readonly concurrently: boolean;
}

const CONCURRENTLY: Manner = { table: "SHARE UPDATE EXCLUSIVE", felt: "SHARE UPDATE EXCLUSIVE", concurrently: true };
const PLAIN: Manner = { table: "SHARE", felt: "ACCESS EXCLUSIVE", concurrently: false };

/**
 * REINDEX. Of partitioned tables and of whole schemas each leaf is done in a transaction of its own.
 *
 * Source: `ExecReindex` in `src/backend/commands/indexcmds.c`.
 */
export const reindex: Family<"ReindexStmt"> = (node, state, effects) => {
  const manner = isConcurrentReindex(node) ? CONCURRENTLY : PLAIN;
  switch (node.kind) {
    case "REINDEX_OBJECT_INDEX":
      return reindexOne(node, "index", manner, state, effects);
    case "REINDEX_OBJECT_TABLE":
      return reindexOne(node, "table", manner, state, effects);
    case "REINDEX_OBJECT_SCHEMA":
      return reindexMany(manner, state, effects, ({ schema }) => schema === node.name);
    case "REINDEX_OBJECT_DATABASE":
      // Since 16 the catalogs are left out.
      if (state.major < 16) effects.leaveUnchecked(CATALOGS);
      return reindexMany(manner, state, effects, () => true);
    default:
      effects.leaveUnchecked(CATALOGS);
  }
};

const CATALOGS = "the server's own catalogs are locked too, and every session reads them";

function reindexOne(
  node: NodeOf<"ReindexStmt">,
  kind: "index" | "table",
  manner: Manner,
  state: CatalogState,
  effects: EffectSet,
): void {
  const name = writtenName(node.relation);
  const relation = state.relation(name);
  if (relation === undefined) {
    lockNamed(name, state, effects, "target", kind === "index" ? manner.felt : manner.table, kind);
    effects.leaveUnchecked(`what belongs to ${name.name} is not known`);
  } else if (relation.kind === "index" && kind === "index") {
    reindexIndex(relation, manner, state, effects);
  } else if (kind === "table" && (relation.kind === "table" || relation.kind === "materialized view")) {
    reindexTable(relation.is, manner, state, effects);
  } else {
    lockNamed(name, state, effects, "target", manner.table).mayFail.push({
      sqlState: "42809",
      reason: `${name.name} is no ${kind}`,
    });
  }
}

function reindexIndex(
  { is, on }: Extract<Relation, { readonly kind: "index" }>,
  manner: Manner,
  state: CatalogState,
  effects: EffectSet,
): void {
  if (!is.partitioned || !("kind" in on)) {
    const table = lockStored(on, "target", manner.table, effects);
    const index = rebuild(on, is, table, manner, effects, "target");
    if (manner.concurrently && is.constraint !== undefined && isExclusion(on, is)) {
      index.mayFail.push({ sqlState: "0A000", reason: `${is.name} belongs to an exclusion constraint` });
    }
    return;
  }
  lockStored(on, "target", manner.table, effects);
  effects.lockIndex(on, is.name, manner.felt, "target");
  // What is below is listed under this lock, whatever the manner.
  const listed: Manner = { ...manner, felt: strongerLock(manner.felt, "SHARE") };
  const below = [is.name];
  for (const partition of state.descendantsOf(on)) {
    for (const index of partition.indexes) {
      if (index.parent === undefined || !below.includes(index.parent.name)) continue;
      below.push(index.name);
      if (index.partitioned) effects.lockIndex(partition, index.name, "SHARE");
      else rebuild(partition, index, effects.lockTable(partition, "partition", manner.table), listed, effects);
    }
  }
}

function reindexTable(table: Stored, manner: Manner, state: CatalogState, effects: EffectSet): void {
  const target = lockStored(table, "target", manner.table, effects);
  if ("kind" in table && table.kind === "partitioned") {
    for (const partition of state.descendantsOf(table)) {
      const touched = effects.lockTable(partition, "partition", "SHARE");
      if (partition.kind === "ordinary") rebuildAll(partition, touched, manner, effects);
    }
    return;
  }
  rebuildAll(table, target, manner, effects);
}

function reindexMany(
  manner: Manner,
  state: CatalogState,
  effects: EffectSet,
  isMeant: (relation: Stored) => boolean,
): void {
  for (const table of allStored(state, effects)
    .filter((one) => !isPartitioned(one))
    .filter(isMeant)) {
    rebuildAll(table, lockStored(table, "target", manner.table, effects), manner, effects);
  }
}

function rebuildAll(held: Stored, touched: Touched, manner: Manner, effects: EffectSet): void {
  for (const index of held.indexes) {
    // Passed over with a warning.
    if (manner.concurrently && (!index.valid || isExclusion(held, index)))
      effects.lockIndex(held, index.name, manner.felt);
    else rebuild(held, index, touched, manner, effects);
  }
}

function rebuild(
  held: Stored,
  index: TableIndex,
  touched: Touched,
  manner: Manner,
  effects: EffectSet,
  role: "target" | "index" = "index",
): Touched {
  touched.works.add("index-rebuild");
  const { felt } = manner;
  return effects.lockIndex(held, index.name, "ACCESS EXCLUSIVE", role, felt === "ACCESS EXCLUSIVE" ? {} : { felt });
}

const isExclusion = (held: Stored, { constraint }: TableIndex): boolean =>
  "constraints" in held && held.constraints.some(({ name, type }) => name === constraint && type === "exclusion");
