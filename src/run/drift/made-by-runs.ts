import type { Catalog } from "../../catalog/catalog.ts";
import type { ObjectId } from "../../catalog/object-id.ts";
import { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { applySteps } from "../plan-sight.ts";
import { onlinePolicy, type RunPolicy } from "../policy.ts";
import type { SnapshotHead } from "../snapshot/snapshot.ts";
import { changesBetween } from "./drift-between.ts";
import { onceDone } from "./once-done.ts";

/** Names of what is kept until contract, or serves to keep two shapes in step. */
const HIDDEN = /(?:^|[:."( ~!])lockkeeper_/;

/**
 * What stands in a database only until contract, or until a run that was begun is through.
 *
 * @param live its schema
 * @param expected what the migrations make that are in force
 * @param changes ids of what differs from what the migrations make
 */
export async function keptUntilContract(
  session: Session,
  { live, expected }: { readonly live: Catalog; readonly expected: Catalog },
  changes: readonly ObjectId[],
  policy: RunPolicy,
): Promise<ReadonlySet<ObjectId>> {
  const { catalog } = await onceDone(session, live, policy);
  const touched = catalog === live ? [] : changesBetween(live, catalog).map(({ id }) => id);
  const begun = await session.query<{ plan: Plan }>(BEGUN);
  const made = await changedBy(begun, expected, policy);
  return new Set([...touched, ...made, ...changes.filter((id) => HIDDEN.test(id))]);
}

const BEGUN = `SELECT r.plan FROM lockkeeper.run AS r WHERE r.state IN ('queued', 'running', 'paused', 'failed', 'aborted')
  AND EXISTS (SELECT FROM lockkeeper.step AS s WHERE s.run_id = r.id) ORDER BY r.id`;

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
  return new Set(await changedBy(await session.query<{ plan: Plan }>(RUNS, [id]), expected, policy));
}

/** What plans change in a schema, also what stands only between two of their steps: a run may be cut off anywhere. */
async function changedBy(
  runs: readonly { readonly plan: Plan }[],
  expected: Catalog,
  policy: RunPolicy,
): Promise<readonly ObjectId[]> {
  if (runs.length === 0) return [];
  const state = CatalogState.of(expected);
  const changed = new Set<ObjectId>();
  for (const step of runs.flatMap(({ plan }) => plan.steps)) {
    await applySteps({ state, policy: onlinePolicy(policy) }, [step]);
    for (const { id } of changesBetween(expected, state.catalog())) changed.add(id);
  }
  return [...changed];
}
