import type { Catalog } from "../catalog/catalog.ts";
import { count } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import type { OnlineContext } from "../online/online-context.ts";
import { type CompareOptions, compareHistory } from "./compare-history.ts";
import { againWhenLost, type Connection, isLoss, workConnection } from "./connection.ts";
import type { EmitEvent } from "./events.ts";
import { catalogNow, type Guard, recordWaivers, type Waiver } from "./guard.ts";
import { namingFailures } from "./name-failure.ts";
import { otherForms } from "./other-forms.ts";
import type { RunPolicy } from "./policy.ts";
import { batchesOf, hasProgress, isBeingUndone, Preparation, type Prepared } from "./prepare.ts";
import { queueRuns, readBegunRuns, replan, supersedeRuns } from "./queue-runs.ts";
import { type DatabaseState, readState, type UnfinishedRun } from "./read-state.ts";
import { requireOwnSession } from "./require-own-session.ts";
import { requireWritable } from "./require-writable.ts";
import { type Runner, type RunTask, withRunner } from "./runner.ts";
import { installState, STATE_VERSION } from "./state/install-state.ts";
import type { StepWatch } from "./step-watch.ts";
import type { Stop } from "./stop.ts";

export interface UpOptions extends CompareOptions {
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly emit: EmitEvent;
  readonly stop: Stop;
  /** Stop after this migration. */
  readonly to?: string;
  /** See `SightOptions`. */
  readonly catalog?: Catalog;
  /** Stands around each step. */
  readonly watch?: StepWatch;
  /** Asked once the plans are known and before anything is changed; throwing ends the call. */
  readonly confirm?: (plans: readonly Prepared[]) => Promise<void>;
  readonly guard?: Guard | undefined;
  /**
   * Told what has been queued, before its first step, with the catalog that it was planned on where one was needed. What it
   * does with that, nobody waits for.
   */
  readonly queued?: (runs: readonly RunTask[], catalog: Catalog | undefined) => void;
}

export interface UpResult {
  /** Migrations applied by this call. */
  readonly applied: readonly string[];
  /** Migrations in force afterwards. */
  readonly inForce: number;
  /** In force, but unknown to this program: a newer release was here. */
  readonly ahead: readonly string[];
  /** True when another runner did the work while this one waited. */
  readonly waited: boolean;
}

interface Work {
  readonly pending: readonly Migration[];
  readonly squashed: readonly Migration[];
  readonly ahead: readonly string[];
  readonly unfinished: ReadonlyMap<string, UnfinishedRun>;
}

/**
 * Applies what is pending. With nothing to do it takes one round trip and changes nothing.
 *
 * @throws LockkeeperError every code of the history, the migration files, the lease, the locks and the statements
 */
export async function up(options: UpOptions): Promise<UpResult> {
  return await namingFailures(() => bringUp(options));
}

async function bringUp(options: UpOptions): Promise<UpResult> {
  await using work = workConnection(options);
  const state = await readState(await work.session());
  const first = findWork(options, state);
  if (first.pending.length === 0 && first.squashed.length === 0) {
    return { applied: [], inForce: state.applied.length, ahead: first.ahead, waited: false };
  }
  requireWritable(state);
  let underLease: Runner | undefined;
  let seen: Catalog | undefined;
  const sight = async (): Promise<OnlineContext> => {
    const { readSight } = await import("./plan-sight.ts");
    return await readSight(await work.session(), options.policy, options.stop, {
      catalog: options.catalog,
      onCatalog: (catalog) => {
        seen = catalog;
        underLease?.saw(catalog);
      },
    });
  };
  const preparation = new Preparation(sight);
  const prepared = await preparation.read(first.pending);
  for (const { plan, migration } of prepared) {
    if (plan.steps.length === 0) {
      const message = `${migration.file} holds no statement to run: ${migration.id} is recorded as applied.`;
      options.emit({ type: "notice", message });
    }
  }
  await options.confirm?.(await toConfirm(options, work, prepared, first));
  const clear = async (planned: readonly Prepared[]): Promise<readonly Waiver[]> => {
    // Of what was let start, the decision was made.
    const plans = planned.filter(({ continuation }) => continuation === undefined).map(({ plan }) => plan);
    const begun = planned.flatMap(({ continuation, plan }) => (continuation === undefined ? [] : [plan.migration]));
    const catalog = async (): Promise<Catalog> =>
      seen ?? catalogNow(await work.session(), options.policy, options.stop);
    return (await options.guard?.clear({ direction: "up", plans, begun, catalog })) ?? [];
  };
  if (options.guard !== undefined) {
    const begun = await readBegunRuns(await work.session(), first.pending, [...first.unfinished.values()]);
    await clear(await new Preparation(sight).plan(first.pending, begun));
  }
  if (state.version < STATE_VERSION) {
    await againWhenLost(options.stop, async () => installState(await work.session()));
    options.emit({ type: "state.installed", version: STATE_VERSION });
  }
  const nothingLeft = async (): Promise<boolean> => {
    const { pending, squashed } = findWork(options, await readState(await work.session()));
    return pending.length === 0 && squashed.length === 0;
  };
  const applied: string[] = [];
  let cleared: readonly Waiver[] | undefined;
  // The wait for the lease may have been long. What is left after a restart of the server was let through with the rest.
  const clearOnce = async (planned: readonly Prepared[]): Promise<readonly Waiver[]> => {
    cleared ??= await clear(planned);
    return cleared;
  };
  const done = await withRunner(
    { ...options, details: { command: "up", migrations: first.pending.map((migration) => migration.id).slice(0, 20) } },
    work,
    nothingLeft,
    (runner) => {
      underLease = runner;
      const queued = (runs: readonly RunTask[]): void => options.queued?.(runs, seen);
      return untilKept(runner, () =>
        applyPending({ ...options, queued }, work, runner, preparation, applied, clearOnce),
      );
    },
  );
  const after = await againWhenLost(options.stop, async () => readState(await work.session()));
  for (const { runId } of after.applied.filter(({ id, contract }) => contract === "waiting" && applied.includes(id))) {
    if (runId !== null) await lookAtUse(options, work, runId);
  }
  return {
    applied,
    inForce: after.applied.length,
    ahead: first.ahead,
    waited: done === undefined || applied.length < first.pending.length,
  };
}

/** Contract asks later what is called since. Nobody's start depends on it. */
async function lookAtUse({ emit, stop }: UpOptions, work: Connection, runId: number): Promise<void> {
  const { lookAtWorkload } = await import("./workload.ts");
  try {
    await againWhenLost(stop, async () => lookAtWorkload(await work.session(), runId));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    emit({
      type: "notice",
      message: `pg_stat_statements could not be asked who uses what waits for contract: ${reason}`,
    });
  }
}

/**
 * What there is to confirm. Where the files remove data, the catalog tells what of it goes and what is only put aside
 * until contract.
 */
async function toConfirm(
  options: UpOptions,
  work: Connection,
  written: readonly Prepared[],
  found: Work,
): Promise<readonly Prepared[]> {
  const { dataRemovals } = await import("../plan/data-removals.ts");
  if (options.policy.drops === "direct" || dataRemovals(...written.map(({ plan }) => plan)).length === 0) {
    return written;
  }
  const { readSight } = await import("./plan-sight.ts");
  const session = await work.session();
  const begun = await readBegunRuns(session, found.pending, [...found.unfinished.values()]);
  return await new Preparation(() => readSight(session, options.policy, options.stop)).plan(found.pending, begun);
}

/**
 * A restart of the server cuts off what is not a step, and a crash may undo commits that were not flushed; then the
 * journal is read again and the work goes on.
 */
export async function untilKept(runner: Runner, work: () => Promise<void>): Promise<true> {
  for (let restarts = 0; ; restarts++) {
    try {
      await work();
      return true;
    } catch (error) {
      const isRewound = error instanceof LockkeeperError && error.code === "progress_lost";
      if (!(isRewound || isLoss(error)) || restarts >= MAX_RESTARTS) {
        throw error;
      }
      runner.startOver();
    }
  }
}

/** A server that crashes at every attempt is no server to go on with. */
const MAX_RESTARTS = 5;

async function applyPending(
  options: Omit<UpOptions, "queued"> & { readonly queued: (runs: readonly RunTask[]) => void },
  work: Connection,
  runner: Runner,
  preparation: Preparation,
  applied: string[],
  clear: (planned: readonly Prepared[]) => Promise<readonly Waiver[]>,
): Promise<void> {
  const state = await readState(await work.session());
  const found = findWork(options, state, runner.token);
  if (found.squashed.length > 0) {
    const { recordSquashes } = await import("./squash/record-squashes.ts");
    await runner.journal((journal) => recordSquashes(journal, found.squashed));
  }
  const begun = await readBegunRuns(await work.session(), found.pending, [...found.unfinished.values()]);
  const prepared = await preparation.plan(found.pending, begun);
  await requireOwnSession(
    await work.session(),
    prepared.map(({ plan, continuation }) => continuation?.task ?? { plan }),
  );
  options.emit({
    type: "plan.ready",
    migrations: prepared.map(({ plan }) => plan.migration),
    steps: prepared.reduce((sum, { plan }) => sum + plan.steps.length, 0),
  });
  for (const message of prepared.flatMap(({ plan }) => otherForms(plan))) {
    options.emit({ type: "notice", message });
  }
  const tasks = await enqueue(runner, prepared, found.unfinished, await clear(prepared));
  options.queued(tasks);
  for (let next = 0; next < tasks.length; ) {
    const together = await runner.executeTogether(tasks.slice(next));
    const task = tasks[next];
    if (together === 0 && task !== undefined) {
      await runner.execute(task, next < tasks.length - 1);
    }
    for (const { plan } of tasks.slice(next, next + Math.max(1, together))) {
      if (!applied.includes(plan.migration)) {
        applied.push(plan.migration);
      }
    }
    next += Math.max(1, together);
  }
}

/** @param token of our lease, once we have it */
function findWork(options: UpOptions, state: DatabaseState, token?: number): Work {
  const { pending, squashed, ahead } = compareHistory(options.migrations, state, options);
  const limit = options.to === undefined ? undefined : limitAt(options, pending);
  const chosen = limit === undefined ? pending : pending.slice(0, limit);
  const unfinished = new Map<string, UnfinishedRun>();
  for (const run of state.unfinished) {
    refuseParked(run, state, options.migrations, token);
    unfinished.set(run.migration, run);
  }
  return { pending: chosen, squashed, ahead, unfinished };
}

function limitAt(options: UpOptions, pending: readonly Migration[]): number {
  const { to } = options;
  if (!options.migrations.some((migration) => migration.id === to)) {
    throw new LockkeeperError("migration_unknown", {
      message: `There is no migration ${to}.`,
      notDone: "Nothing was run.",
    });
  }
  return pending.findIndex((migration) => migration.id === to) + 1;
}

/**
 * Runs that wait for a person's decision. A runner that is alive takes care of its own, and what it leaves is seen when
 * the lease is ours.
 */
function refuseParked(
  run: UnfinishedRun,
  state: DatabaseState,
  migrations: readonly Migration[],
  token: number | undefined,
): void {
  const isInHand = token === undefined ? state.lease?.alive === true : run.token === token;
  const isOurs = migrations.some((migration) => migration.id === run.migration);
  const isDown = run.direction === "down";
  const waits = run.state === "paused" || (hasProgress(run) && (run.state === "aborted" || isDown));
  if (waits && !isInHand && (isOurs || isDown) && !isBeingUndone(run, state.unfinished)) {
    throw new LockkeeperError("run_parked", {
      message: `Run ${run.id} (${run.direction} ${run.migration}) is ${run.state} after ${count(run.done.length, "step")}.`,
      notDone: "Nothing was run.",
      ...(isDown ? { action: "`lockkeeper down` (or `lockkeeper resume`) goes on with taking it back." } : {}),
      data: { run: run.id, migration: run.migration, state: run.state, error: run.error },
    });
  }
}

async function enqueue(
  runner: Runner,
  prepared: readonly Prepared[],
  unfinished: ReadonlyMap<string, UnfinishedRun>,
  waivers: readonly Waiver[],
): Promise<RunTask[]> {
  const replanned = prepared.flatMap(({ continuation }) =>
    continuation?.isReplanned === true ? [continuation.task] : [],
  );
  const fresh = prepared.filter(({ continuation }) => continuation === undefined);
  const stale = fresh.flatMap(({ plan }) => unfinished.get(plan.migration)?.id ?? []);
  let ids: ReadonlyMap<string, number> = new Map();
  await runner.journal(async (journal) => {
    await supersedeRuns(journal, stale);
    for (const task of replanned) {
      await replan(journal, task);
    }
    ids = await queueRuns(
      journal,
      fresh.map(({ plan }) => ({ plan })),
    );
    await recordWaivers(journal, waivers, [...ids.values()]);
  });
  return prepared.map(
    ({ plan, module, continuation }): RunTask =>
      continuation?.task ?? {
        id: ids.get(plan.migration) ?? 0,
        plan,
        done: [],
        started: [],
        scripts: module?.scripts ?? {},
        batches: batchesOf(module),
      },
  );
}
