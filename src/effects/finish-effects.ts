import type { QualifiedName } from "../catalog/model/names.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { type Effect, type Role, type StatementEffects, WORKS } from "./effect.ts";
import type { EffectSet } from "./effect-set.ts";
import { estimateWork } from "./estimate-work.ts";
import { type Blocks, blocksOf } from "./lock-mode.ts";

/** Completes what was gathered: what is blocked, how long it takes, in a settled order. */
export function finishEffects(
  effects: EffectSet,
  state: CatalogState,
): Pick<StatementEffects, "effects" | "unchecked"> {
  const all = effects.all;
  const finished = all.map((touched): Effect => {
    const { relation, kind, role, lock, mayFail } = touched;
    const works = touched.works.size === 0 ? [] : REAL_WORKS.filter((work) => touched.works.has(work));
    const blocks = blocksOn(relation, all, state);
    const work = works.at(-1) ?? "none";
    const estimate = estimateWork(touched, works, all, state);
    const isNew = state.isNew(relation);
    // Most effects are like this one; what follows a spread costs V8 a call for each property.
    if (touched.on === undefined && touched.felt === undefined && estimate.seconds !== undefined) {
      const { rows = 0, bytes = 0, seconds } = estimate;
      return { relation, kind, role, lock, blocks, work, works, rows, bytes, seconds, isNew, mayFail };
    }
    return {
      relation,
      kind,
      ...(touched.on === undefined ? {} : { on: touched.on }),
      ...(touched.felt === undefined ? {} : { felt: touched.felt }),
      role,
      lock,
      blocks,
      work,
      works,
      ...estimate,
      isNew,
      mayFail,
    };
  });
  return {
    effects: finished.toSorted(inOrder),
    unchecked: effects.unchecked,
  };
}

/** The locks that a statement takes, as far as who is kept out follows from them. */
export type Held = Pick<Effect, "relation" | "lock" | "on" | "felt">;

/**
 * What other sessions cannot do to a relation while the locks are held. The planner opens every index of a table and
 * every partition or child below it, so locks on those stop statements on the table too; and it does that whether or not
 * the table itself is locked. Of a partition with partitions of its own it wants to know the bounds, and reads its
 * parents for that.
 *
 * Source: `get_relation_info` in `src/backend/optimizer/util/plancat.c`, `generate_partition_qual` in
 * `src/backend/utils/cache/partcache.c`.
 */
export function blocksOn(relation: QualifiedName, held: readonly Held[], state: CatalogState): Blocks {
  const below = state.descendantsOf(relation);
  const read = parentsOfPartitioned(relation, state);
  const isOpened = (one: QualifiedName): boolean => isSame(one, relation) || below.some((other) => isSame(one, other));
  let blocks = NOTHING;
  for (const { relation: locked, lock, felt, on } of held) {
    // Those of partitioned tables only since 16.
    if (on !== undefined && state.major < 16 && state.table(on)?.kind === "partitioned") continue;
    const kept = blocksOf(on === undefined && isSame(locked, relation) ? lock : (felt ?? lock));
    if (isOpened(on ?? locked) || isOpened(locked)) blocks = both(blocks, kept);
    else if (kept.reads && read.some((parent) => isSame(parent, locked))) blocks = both(blocks, READ);
  }
  return blocks;
}

const isSame = (one: QualifiedName, other: QualifiedName): boolean =>
  one.name === other.name && one.schema === other.schema;

function parentsOfPartitioned(relation: QualifiedName, state: CatalogState): readonly QualifiedName[] {
  const parents: QualifiedName[] = [];
  let table = state.table(relation);
  if (table?.kind !== "partitioned") return parents;
  while (table?.partitionOf !== undefined) {
    parents.push(table.partitionOf.parent);
    table = state.table(table.partitionOf.parent);
  }
  return parents;
}

const NOTHING: Blocks = { reads: false, writes: false, rowLocks: false, ddl: false };

/** Of a parent that is opened to be read. */
const READ: Blocks = { reads: true, writes: true, rowLocks: true, ddl: false };

const both = (one: Blocks, other: Blocks): Blocks => ({
  reads: one.reads || other.reads,
  writes: one.writes || other.writes,
  rowLocks: one.rowLocks || other.rowLocks,
  ddl: one.ddl || other.ddl,
});

const ROLES: readonly Role[] = [
  "target",
  "parent",
  "partition",
  "child",
  "index",
  "sequence",
  "referenced",
  "referencing",
  "user of the type",
  "dependent",
  "source",
];

const REAL_WORKS = WORKS.filter((work) => work !== "none");

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const inOrder = (one: Effect, other: Effect): number =>
  ROLES.indexOf(one.role) - ROLES.indexOf(other.role) ||
  byText(one.relation.schema, other.relation.schema) ||
  byText(one.relation.name, other.relation.name);
