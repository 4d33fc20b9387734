import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import type { OnlineContext } from "../online/online-context.ts";
import type { Session } from "../postgres/session.ts";
import { type Connection, workConnection } from "./connection.ts";
import type { Continuation } from "./continue-run.ts";
import type { EmitEvent } from "./events.ts";
import type { Guard } from "./guard.ts";
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
  /** Asked before each step: that the run may start was decided when it did. */
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
  await withRunner(
    { ...options, details: { command: "resume" } },
    work,
    async () => false,
    (runner) =>
      untilKept(runner, async () => {
        const { unfinished } = await readState(await work.session());
        const left = unfinished.filter((run) => !isBeingUndone(run, unfinished));
        finished.push(...(await resumeRuns(work, runner, left, options)));
      }),
  );
  return { finished, released: false };
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
