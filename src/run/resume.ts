import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import type { OnlineContext } from "../online/online-context.ts";
import type { Session } from "../postgres/session.ts";
import { type Connection, workConnection } from "./connection.ts";
import type { Continuation } from "./continue-run.ts";
import type { EmitEvent } from "./events.ts";
import { catalogNow, type Guard, recordWaivers } from "./guard.ts";
import { letStart } from "./let-start.ts";
import { namingFailures } from "./name-failure.ts";
import type { RunPolicy } from "./policy.ts";
import { type BegunRun, isBeingUndone, Preparation } from "./prepare.ts";
import { readPlan, replan } from "./queue-runs.ts";
import { readState, type UnfinishedRun } from "./read-state.ts";
import { requireOwnSession } from "./require-own-session.ts";
import { type Runner, withRunner } from "./runner.ts";
import { type ReadSight, Sight } from "./sight.ts";
import type { Stop } from "./stop.ts";
import { planUndo, readPastRun } from "./undo-plan.ts";
import { untilKept } from "./up.ts";

export interface ResumeOptions {
  readonly url: string;
  /** The files at hand: for scripts, and for what was mended since the run stopped; the rest is in the journal. */
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly emit: EmitEvent;
  readonly stop: Stop;
  /** Asked before each step, and of runs that start anew (see `letStart`): of all others it was decided when they did. */
  readonly guard?: Guard | undefined;
}

export interface ResumeResult {
  /** Migrations whose runs were finished by this call. */
  readonly finished: readonly string[];
  /** True when a runner is alive: it was told to go on. */
  readonly released: boolean;
}

/**
 * Continues what the journal holds unfinished: from the stored plans, or from the files where they were mended. When the runner is alive and paused, it is told to
 * go on instead.
 *
 * @throws LockkeeperError those of a run
 */
export async function resume(options: ResumeOptions): Promise<ResumeResult> {
  return await namingFailures(() => goOn(options));
}

async function goOn(options: ResumeOptions): Promise<ResumeResult> {
  await using work = workConnection(options);
  const session = await work.session();
  const state = await readState(session);
  if (state.lease?.alive === true) {
    const released = await session.query(
      "UPDATE lockkeeper.lease SET request = NULL, requested_by = NULL WHERE request = 'pause' RETURNING token",
    );
    if (released.length > 0) {
      return { finished: [], released: true };
    }
  }
  if (state.unfinished.length === 0) {
    return { finished: [], released: false };
  }
  const finished: string[] = [];
  let isCleared = false;
  await withRunner(
    { ...options, details: { command: "resume" } },
    work,
    async () => false,
    (runner) =>
      untilKept(runner, async () => {
        const { unfinished } = await readState(await work.session());
        const left = unfinished.filter((run) => !isBeingUndone(run, unfinished));
        // What is left after a restart of the server was let through with the rest.
        for (const direction of isCleared ? [] : DIRECTIONS) {
          await clearStarts(options, direction, work, runner, left);
        }
        isCleared = true;
        finished.push(...(await resumeRuns(work, runner, left, options)));
      }),
  );
  return { finished, released: false };
}

const DIRECTIONS = ["up", "contract", "down"] as const;

/** Asks of runs that start anew what the command of their direction asks of them. */
async function clearStarts(
  { guard, migrations, policy, stop }: ResumeOptions,
  direction: (typeof DIRECTIONS)[number],
  work: Connection,
  runner: Runner,
  left: readonly UnfinishedRun[],
): Promise<void> {
  if (guard === undefined) return;
  const session = await work.session();
  const queue = left
    .filter((run) => run.direction === direction)
    .map((run) => ({
      run,
      // Of the other directions the journal says what runs, or the file of the way back.
      file: direction === "up" ? migrations.find(({ id }) => id === run.migration) : undefined,
    }));
  const free = letStart(queue);
  const starts = queue.filter(({ run }) => !free.has(run.id));
  if (starts.length === 0) return;
  const stored = new Map<string, BegunRun>();
  for (const { run } of queue) {
    const plan = await readPlan(session, run.id);
    if (plan !== undefined) stored.set(run.migration, { run, plan });
  }
  const sight = async (): Promise<OnlineContext> => {
    const { readSight } = await import("./plan-sight.ts");
    return await readSight(await work.session(), policy, stop);
  };
  const files = queue.flatMap(({ file }) => file ?? []);
  const prepared = await new Preparation(sight).plan(files, stored);
  const plans = starts.flatMap(
    ({ run }) =>
      prepared.find(({ migration }) => migration.id === run.migration)?.plan ?? stored.get(run.migration)?.plan ?? [],
  );
  const begun = queue.flatMap(({ run }) => (free.has(run.id) ? [run.migration] : []));
  const catalog = () => catalogNow(session, policy, stop);
  const waivers = await guard.clear({ direction, plans, begun, catalog });
  await runner.journal((journal) =>
    recordWaivers(
      journal,
      waivers,
      starts.map(({ run }) => run.id),
    ),
  );
}

/** Executes unfinished runs in their order, each as `continueRun` says; returns their migrations. */
export async function resumeRuns(
  work: Connection,
  runner: Runner,
  runs: readonly UnfinishedRun[],
  { migrations, policy, stop }: Pick<ResumeOptions, "migrations" | "policy" | "stop">,
): Promise<string[]> {
  const begun: BegunRun[] = [];
  for (const run of runs) {
    const plan = await readPlan(await work.session(), run.id);
    if (plan === undefined) {
      throw new LockkeeperError("run_not_found", { message: `Run ${run.id} is gone.` });
    }
    begun.push({ run, plan });
  }
  await requireOwnSession(
    await work.session(),
    begun.map(({ run, plan }) => ({ plan, done: run.done })),
  );
  const finished: string[] = [];
  for (const [index, one] of begun.entries()) {
    const { run } = one;
    const session = await work.session();
    const file = migrations.find(({ id }) => id === run.migration);
    const sight = async (): Promise<OnlineContext> => {
      const { readSight } = await import("./plan-sight.ts");
      return await readSight(await work.session(), policy, stop);
    };
    const { task, isReplanned } = await continuationOf(session, one, file, sight);
    if (isReplanned) {
      await requireOwnSession(session, [task]);
      await runner.journal((journal) => replan(journal, task));
    }
    await runner.execute(task, index < runs.length - 1);
    finished.push(run.migration);
  }
  return finished;
}

/** As the file at hand says; as it is stored where it says nothing else. */
async function continuationOf(
  session: Session,
  begun: BegunRun,
  file: Migration | undefined,
  sight: ReadSight,
): Promise<Continuation> {
  const { run, plan } = begun;
  const asStored = { isReplanned: false, task: { ...run, plan, scripts: {} } };
  if (file === undefined) {
    return asStored;
  }
  if (run.direction === "contract") {
    return asStored;
  }
  if (run.direction === "down") {
    const past = run.undoes === null ? undefined : await readPastRun(session, run.undoes);
    const subject = { id: run.migration, checksum: run.checksum, past, file, begun };
    const { continuation } = await planUndo(subject, { sight: new Sight(sight), direct: plan.mode === "direct" });
    return continuation ?? asStored;
  }
  const needsFunctions = plan.steps.some(
    (step) => step.kind === "script" || (step.kind === "sweep" && step.sweep.action.kind === "callback"),
  );
  if (file.checksum === plan.checksum && !needsFunctions) {
    return asStored;
  }
  const [prepared] = await new Preparation(sight).plan([file], new Map([[file.id, begun]]));
  return prepared?.continuation ?? asStored;
}
