import type { Catalog } from "../../catalog/catalog.ts";
import type { ObjectId } from "../../catalog/object-id.ts";
import { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { applySteps } from "../plan-sight.ts";
import { onlinePolicy, type RunPolicy } from "../policy.ts";
import type { SnapshotHead } from "../snapshot/snapshot.ts";
import { changesBetween } from "./drift-between.ts";

const WAITING = `SELECT r.plan FROM lockkeeper.migration AS m JOIN lockkeeper.run AS r ON r.id = m.run_id
  WHERE m.contract = 'waiting' ORDER BY m.position`;

/** Names of what is kept until contract, or serves to keep two shapes in step. */
const HIDDEN = /(?:^|[:."( ])lockkeeper_/;

/**
 * What stands in a database only until contract.
 *
 * @param live its schema
 * @param changes ids of what differs from what the migrations make
 */
export async function keptUntilContract(
  session: Session,
  live: Catalog,
  changes: readonly ObjectId[],
  policy: RunPolicy,
): Promise<ReadonlySet<ObjectId>> {
  const runs = await session.query<{ plan: Plan }>(WAITING);
  const state = CatalogState.of(live);
  for (const { plan } of runs) {
    await applySteps({ state, policy: onlinePolicy(policy) }, plan.contract ?? []);
  }
  const touched = runs.length === 0 ? [] : changesBetween(live, state.catalog()).map(({ id }) => id);
  return new Set([...touched, ...changes.filter((id) => HIDDEN.test(id))]);
}

const RUNS = `SELECT r.plan FROM lockkeeper.run AS r WHERE r.state NOT IN ('queued', 'superseded') AND EXISTS (
  SELECT FROM lockkeeper.step AS s WHERE s.run_id = r.id AND (s.finished_at IS NULL
    OR s.finished_at > (SELECT taken_at FROM lockkeeper.snapshot WHERE id = $1))) ORDER BY r.id`;

/**
 * What runs change that have gone on since the schema was recorded: one that is at work, or was cut off before it could
 * record what it left.
 *
 * @param expected the schema as it was recorded
 */
export async function madeByRuns(
  session: Session,
  { id }: SnapshotHead,
  expected: Catalog,
  policy: RunPolicy,
): Promise<ReadonlySet<ObjectId>> {
  const runs = await session.query<{ plan: Plan }>(RUNS, [id]);
  if (runs.length === 0) return new Set();
  const state = CatalogState.of(expected);
  for (const { plan } of runs) {
    await applySteps({ state, policy: onlinePolicy(policy) }, plan.steps);
  }
  return new Set(changesBetween(expected, state.catalog()).map((change) => change.id));
}
