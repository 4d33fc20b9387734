import { readCatalog } from "../../catalog/read-catalog.ts";
import type { Migration } from "../../migrations/migration.ts";
import { type CompareOptions, compareHistory } from "../../run/compare-history.ts";
import { Connection } from "../../run/connection.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { readSight } from "../../run/plan-sight.ts";
import type { RunPolicy } from "../../run/policy.ts";
import { Preparation } from "../../run/prepare.ts";
import { readBegunRuns } from "../../run/queue-runs.ts";
import { readState } from "../../run/read-state.ts";
import { requireWritable } from "../../run/require-writable.ts";
import { installState, STATE_VERSION } from "../../run/state/install-state.ts";
import type { Stop } from "../../run/stop.ts";
import { calibrationOf } from "./calibration.ts";
import { estimatePlans, type PlanEstimate } from "./estimate.ts";
import { recordPrediction } from "./prediction.ts";
import { readMeasured } from "./read-measured.ts";
import { readProfile } from "./read-profile.ts";
import type { ServerProfile } from "./server-profile.ts";

export interface EstimatePendingOptions extends CompareOptions {
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
  /** Up to this migration. */
  readonly to?: string;
  /** Instead of what is pending: these, as if nothing were in force of them. */
  readonly named?: readonly Migration[];
  /** How many replicas there are, where it is not as many as are connected. */
  readonly replicas?: number;
  /** By the model alone, whatever was measured here. */
  readonly uncalibrated?: boolean;
  /** Record it, to stand beside what comes. The state schema is installed where it is not there. */
  readonly keep?: boolean;
}

export interface PendingEstimates {
  readonly estimates: readonly PlanEstimate[];
  readonly server: ServerProfile;
  /** Number of the evidence in which it was recorded. */
  readonly kept?: number;
}

/**
 * What `up` would take now. Changes nothing, unless it is to be kept.
 *
 * @throws LockkeeperError those of the history, of reading the catalog, of the compiler, and `plan_refused`
 */
export async function estimatePending(options: EstimatePendingOptions): Promise<PendingEstimates> {
  const { url, migrations, policy, stop, to, named, replicas } = options;
  return await namingFailures(async () => {
    await using work = new Connection(url);
    const session = await work.session();
    const state = await readState(session);
    const { pending } = named === undefined ? compareHistory(migrations, state, options) : { pending: named };
    const chosen = to === undefined ? pending : pending.slice(0, pending.findIndex(({ id }) => id === to) + 1);
    const begun = await readBegunRuns(session, chosen, state.unfinished);
    const catalog = await readCatalog(session.query, { facts: true, lockTimeoutMs: policy.lockTimeoutMs });
    const sight = () => readSight(session, policy, stop, { catalog });
    const prepared = await new Preparation(sight).plan(chosen, begun);
    const profile = await readProfile(
      session,
      prepared.map(({ plan }) => plan),
    );
    const server = replicas === undefined ? profile : { ...profile, replicas };
    const calibration = options.uncalibrated === true ? undefined : calibrationOf(await readMeasured(session));
    const estimates = await estimatePlans(
      prepared.map(({ plan, continuation }) => ({ plan, done: continuation?.task.done ?? [] })),
      {
        catalog,
        server,
        policy,
        ...(calibration === undefined ? {} : { calibration }),
      },
    );
    if (options.keep !== true || estimates.length === 0) return { estimates, server };
    requireWritable(state);
    if (state.version < STATE_VERSION) await installState(session);
    return { estimates, server, kept: await recordPrediction(session, estimates) };
  });
}
