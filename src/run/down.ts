import type { Catalog } from "../catalog/catalog.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { allReplaced, lackingOf } from "../migrations/replaced.ts";
import type { Session } from "../postgres/session.ts";
import { type Connection, workConnection } from "./connection.ts";
import type { EmitEvent } from "./events.ts";
import { catalogNow, type Guard, recordWaivers, type Waiver } from "./guard.ts";
import { namingFailures } from "./name-failure.ts";
import type { RunPolicy } from "./policy.ts";
import { hasProgress } from "./prepare.ts";
import { queueRuns, supersedeRuns } from "./queue-runs.ts";
import { type DatabaseState, readState, type UnfinishedRun } from "./read-state.ts";
import { requireOwnSession } from "./require-own-session.ts";
import { requireWritable } from "./require-writable.ts";
import { resumeRuns } from "./resume.ts";
import { type Runner, withRunner } from "./runner.ts";
import { Sight } from "./sight.ts";
import type { StepWatch } from "./step-watch.ts";
import type { Stop } from "./stop.ts";
import { planUndo, readPastRun, type UndoPlan } from "./undo-plan.ts";
import { untilKept } from "./up.ts";

export interface DownOptions {
  readonly url: string;
  /** The files at hand; an older release may have none of those it takes back. */
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly emit: EmitEvent;
  readonly stop: Stop;
  /** Take back everything after this migration. */
  readonly to?: string;
  /** Take back this many (default 1). */
  readonly steps?: number;
  /** As the ways back are written, whatever they stop meanwhile. */
  readonly direct?: boolean;
  /** See `SightOptions`. */
  readonly catalog?: Catalog;
  /** Stands around each step. */
  readonly watch?: StepWatch;
  /** Asked once the way back is known and before anything is changed; throwing ends the call. */
  readonly confirm?: (plans: readonly UndoPlan[]) => Promise<void>;
  readonly guard?: Guard | undefined;
}

export interface DownResult {
  /** Migrations taken back, last first. */
  readonly undone: readonly string[];
}

/** What is taken back: a migration in force, or the part of one that a run left. */
export interface UndoTarget {
  readonly id: string;
  readonly checksum: string;
  readonly run: number | null;
}

/**
 * Takes back the newest migrations. All ways back are planned before the first one runs, so that one that is not certain
 * stops the command with nothing changed. A run that stopped half way counts as the newest.
 *
 * @throws LockkeeperError `undo_unavailable`, `migration_unknown`, and those of a run
 */
export async function down(options: DownOptions): Promise<DownResult> {
  return await namingFailures(() => takeDown(options));
}

async function takeDown(options: DownOptions): Promise<DownResult> {
  await using work = workConnection(options);
  let { state, planned, isNothing } = await findTargets(options, work);
  if (isNothing && state.lease !== null) {
    // What another runner has under way may be about to stand, and of one that was killed, what the server still works on.
    await withRunner(
      { ...options, details: { command: "down" } },
      work,
      async () => false,
      async () => {},
    );
    ({ state, planned, isNothing } = await findTargets(options, work));
  }
  if (isNothing) {
    return { undone: [] };
  }
  for (const { plan } of planned) {
    if (plan.steps.length === 0) {
      const message = `The way back of ${plan.migration} holds no statement to run: it is recorded as taken back.`;
      options.emit({ type: "notice", message });
    }
  }
  await options.confirm?.(planned);
  // Of what has begun, the decision was made.
  const begun = state.unfinished.filter((run) => run.direction === "down" && hasProgress(run));
  await clear(
    options,
    work,
    planned.filter(({ plan }) => !begun.some(({ migration }) => migration === plan.migration)),
    begun.map(({ migration }) => migration),
  );
  let cleared: readonly Waiver[] | undefined;
  const clearOnce = async (found: readonly UndoPlan[]): Promise<readonly Waiver[]> => {
    cleared ??= await clear(options, work, found, []);
    return cleared;
  };
  const undone: string[] = [];
  await withRunner(
    { ...options, details: { command: "down", migrations: planned.map(({ plan }) => plan.migration) } },
    work,
    async () => false,
    (runner) => untilKept(runner, () => undoAll(options, work, runner, undone, clearOnce)),
  );
  return { undone };
}

async function findTargets(options: DownOptions, work: Connection) {
  const state = await readState(await work.session());
  requireWritable(state);
  const planned = await planTargets(options, work, state);
  const unfinishedDown = state.unfinished.some((run) => run.direction === "down" && hasProgress(run));
  return { state, planned, isNothing: planned.length === 0 && !unfinishedDown };
}

async function undoAll(
  options: DownOptions,
  work: Connection,
  runner: Runner,
  undone: string[],
  clearOnce: (planned: readonly UndoPlan[]) => Promise<readonly Waiver[]>,
): Promise<void> {
  const { steps, ...rest } = options;
  const before = await readState(await work.session());
  const halfDone = before.unfinished.filter((run) => run.direction === "down" && hasProgress(run));
  if (halfDone.length > 0) {
    undone.push(...(await resumeRuns(work, runner, halfDone, options)));
  }
  // Planned again under the lease: another runner may have been here since.
  const state = halfDone.length > 0 ? await readState(await work.session()) : before;
  const left = Math.max(0, (steps ?? (rest.to === undefined ? 1 : Number.POSITIVE_INFINITY)) - undone.length);
  const planned = await planTargets({ ...rest, steps: left }, work, state, runner);
  await requireOwnSession(await work.session(), planned);
  // The wait for the lease may have been long.
  const waivers = await clearOnce(planned);
  for (const [index, { plan, undoes, scripts }] of planned.entries()) {
    let id = 0;
    await runner.journal(async (session) => {
      // Going up was queued behind what is taken back now; nobody may resume it without that.
      const { unfinished } = await readState(session);
      await supersedeRuns(
        session,
        unfinished.filter((run) => !hasProgress(run)).map((run) => run.id),
      );
      const ids = await queueRuns(session, [undoes === undefined ? { plan } : { plan, undoes }]);
      id = ids.get(plan.migration) ?? 0;
      await recordWaivers(session, waivers, [id]);
    });
    await runner.execute({ id, plan, done: [], started: [], scripts }, index < planned.length - 1);
    undone.push(plan.migration);
  }
}

async function clear(
  { guard, policy, stop }: DownOptions,
  work: Connection,
  planned: readonly UndoPlan[],
  begun: readonly string[],
): Promise<readonly Waiver[]> {
  const plans = planned.map(({ plan }) => plan);
  const catalog = async (): Promise<Catalog> => catalogNow(await work.session(), policy, stop);
  return (await guard?.clear({ direction: "down", plans, begun, catalog })) ?? [];
}

/** @param runner who has the lease by now */
async function planTargets(
  options: DownOptions,
  work: Connection,
  state: DatabaseState,
  runner?: Runner,
): Promise<UndoPlan[]> {
  const files = new Map(options.migrations.map((migration) => [migration.id, migration]));
  const session = await work.session();
  const sight = new Sight(async () => {
    const { readSight } = await import("./plan-sight.ts");
    return await readSight(await work.session(), options.policy, options.stop, {
      catalog: options.catalog,
      onCatalog: (catalog) => runner?.saw(catalog),
    });
  });
  const plans: UndoPlan[] = [];
  const targets = undoTargets(options, state);
  await requireNotSquashed(session, targets, files, state);
  for (const target of targets) {
    const past = target.run === null ? undefined : await readPastRun(session, target.run);
    const subject = { id: target.id, checksum: target.checksum, past, file: files.get(target.id) };
    plans.push(await planUndo(subject, { sight, direct: options.direct === true }));
  }
  return plans;
}

/** What one file stands for is in force or not as a whole; where only a part of it is, that part can be taken back. */
export async function requireNotSquashed(
  session: Session,
  targets: readonly UndoTarget[],
  files: ReadonlyMap<string, Migration>,
  { applied }: DatabaseState,
): Promise<void> {
  const ids = targets.map(({ id }) => id).filter((id) => !files.has(id));
  if (ids.length === 0) return;
  const inForce = new Set(applied.map(({ id }) => id));
  const [one] = [...files.values()]
    .filter(({ directives }) => lackingOf(directives, (id) => inForce.has(id)).length === 0)
    .flatMap(({ id: squash, directives }) =>
      ids.filter((id) => allReplaced(directives).includes(id)).map((id) => ({ id, squash })),
    );
  const { squashOf } = await import("./squash/record-squashes.ts");
  const found = one ?? (await squashOf(session, ids));
  if (found !== undefined) {
    throw new LockkeeperError("undo_unavailable", {
      message: `${found.id} was squashed: ${found.squash} stands for it and others.`,
      action: "Take back only what came after it.",
      notDone: "Nothing was changed.",
      data: { migration: found.id, squash: found.squash },
    });
  }
}

/**
 * What is taken back, the newest first: parts that runs left, and then what is in force.
 *
 * @throws LockkeeperError `migration_unknown`
 */
export function undoTargets(options: Pick<DownOptions, "to" | "steps">, state: DatabaseState): UndoTarget[] {
  const halfDone = state.unfinished.filter(
    (run: UnfinishedRun) =>
      run.direction === "up" && hasProgress(run) && !state.applied.some(({ id }) => id === run.migration),
  );
  const newestFirst: UndoTarget[] = [
    ...halfDone.reverse().map((run) => ({ id: run.migration, checksum: run.checksum, run: run.id })),
    ...[...state.applied].reverse().map((entry) => ({ id: entry.id, checksum: entry.checksum, run: entry.runId })),
  ];
  if (options.to === undefined) {
    return newestFirst.slice(0, options.steps ?? 1);
  }
  const limit = newestFirst.findIndex((target) => target.id === options.to);
  if (limit === -1) {
    throw new LockkeeperError("migration_unknown", {
      message: `${options.to} is not in force in this database.`,
      notDone: "Nothing was changed.",
    });
  }
  return newestFirst.slice(0, Math.min(limit, options.steps ?? limit));
}
