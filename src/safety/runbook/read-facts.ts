import type { Catalog } from "../../catalog/catalog.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { Plan } from "../../plan/plan.ts";
import { connect, type Session } from "../../postgres/session.ts";
import { compareHistory } from "../../run/compare-history.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { readSight } from "../../run/plan-sight.ts";
import type { RunPolicy } from "../../run/policy.ts";
import { Preparation } from "../../run/prepare.ts";
import { readBegunRuns } from "../../run/queue-runs.ts";
import { readState } from "../../run/read-state.ts";
import type { Stop } from "../../run/stop.ts";
import { bindingOf } from "../binding.ts";
import { Estimator } from "../estimator.ts";
import { statementsOf } from "../planned-locks.ts";
import { newestBackup } from "../rollback/backup-point.ts";
import type { GateLine, Obstacle, RunbookFacts, SizedEstimates } from "./facts.ts";
import { contractPlans } from "./steps.ts";

export interface ReadFactsOptions {
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
}

/**
 * Plans what is pending as `up` would, and reads what a runbook says beside it. Changes nothing.
 *
 * @param gates asks how they stand
 * @returns undefined where nothing is pending
 * @throws LockkeeperError `run_parked` where one was begun already, those of connecting, of the history and of planning
 */
export async function readRunbookFacts(
  options: ReadFactsOptions,
  gates: () => Promise<readonly GateLine[]>,
): Promise<RunbookFacts | undefined> {
  const { url, migrations, policy, stop } = options;
  return await namingFailures(async () => {
    await using session = await connect(url, { applicationName: "lockkeeper runbook" });
    const state = await readState(session);
    const { pending } = compareHistory(migrations, state);
    if (pending.length === 0) return undefined;
    const begun = await readBegunRuns(session, pending, state.unfinished);
    const [unfinished] = begun.keys();
    if (unfinished !== undefined) throw notFinished(unfinished);
    const seen: Catalog[] = [];
    const sight = () => readSight(session, policy, stop, { onCatalog: (catalog) => seen.push(catalog) });
    const plans = (await new Preparation(sight).plan(pending)).map(({ plan }) => plan);
    const [catalog] = seen;
    if (catalog === undefined) {
      throw new LockkeeperError("internal", { message: "Migrations were planned without a look at the catalog." });
    }
    const [clock] = await session.query<{ at: string }>("SELECT to_json(clock_timestamp()) #>> '{}' AS at");
    return {
      database: state.database,
      serverVersion: state.serverVersion,
      at: clock?.at ?? "",
      plans,
      files: Object.fromEntries(migrations.map(({ id, file }) => [id, file])),
      before: state.applied.at(-1)?.id ?? null,
      binding: bindingOf(plans, catalog).digest,
      policy,
      backup: await newestBackup(session),
      gates: await gates(),
      obstacles: await obstaclesIn(session, plans),
      estimates: await sizedEstimates(new Estimator(session, policy, catalog), plans),
    };
  });
}

/** Sizes of the database, as multiples of what it has now. */
const SIZES = [1, 2, 5, 10];

async function sizedEstimates(estimator: Estimator, plans: readonly Plan[]): Promise<readonly SizedEstimates[]> {
  const all = [...plans, ...contractPlans(plans)].map((plan) => ({ plan }));
  const sized: SizedEstimates[] = [];
  for (const times of SIZES) {
    const found = await estimator.estimate(all, times);
    sized.push({ times, up: found.slice(0, plans.length), contract: found.slice(plans.length) });
  }
  return sized;
}

const notFinished = (id: string): LockkeeperError =>
  new LockkeeperError("run_parked", {
    message: `${id} was begun and is not finished; a runbook is written before a run.`,
    notDone: "Nothing was written.",
    action: "`lockkeeper restore-point` says how to go on with it, or to take it back.",
  });

async function obstaclesIn(session: Session, plans: readonly Plan[]): Promise<readonly Obstacle[]> {
  const found = new Map<string, Obstacle>();
  for (const { migration, steps } of plans) {
    for (const [index, step] of steps.entries()) {
      const effects = statementsOf(step).flatMap(({ effects = [] }) => effects.filter(({ isNew }) => !isNew));
      for (const { reason, query } of effects.flatMap(({ mayFail }) => mayFail)) {
        // What a run fills by itself, it fills before it looks.
        if (found.has(reason) || reason.includes("lockkeeper_")) continue;
        const isAskable = query !== undefined && (await canBeAsked(session, query));
        found.set(reason, { migration, step: index + 1, reason, query: isAskable ? query : null });
      }
    }
  }
  return [...found.values()];
}

/** What an earlier step is still to make, nobody can ask for now. */
async function canBeAsked(session: Session, query: string): Promise<boolean> {
  try {
    await session.query(`EXPLAIN ${query}`);
    return true;
  } catch (error) {
    if (session.lost) throw error;
    return false;
  }
}
