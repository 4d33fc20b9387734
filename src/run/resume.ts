import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Plan } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { type Connection, workConnection } from "./connection.ts";
import { type CurrentText, continueRun } from "./continue-run.ts";
import type { EmitEvent } from "./events.ts";
import { namingFailures } from "./name-failure.ts";
import type { RunPolicy } from "./policy.ts";
import { isBeingUndone, Preparation } from "./prepare.ts";
import { readPlan, replan } from "./queue-runs.ts";
import { readState, type UnfinishedRun } from "./read-state.ts";
import { type Runner, withRunner } from "./runner.ts";
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
        finished.push(...(await resumeRuns(work, runner, left, options.migrations)));
      }),
  );
  return { finished, released: false };
}

/** Executes unfinished runs in their order, each as `continueRun` says; returns their migrations. */
export async function resumeRuns(
  work: Connection,
  runner: Runner,
  runs: readonly UnfinishedRun[],
  migrations: readonly Migration[],
): Promise<string[]> {
  const finished: string[] = [];
  for (const [index, run] of runs.entries()) {
    const session = await work.session();
    const stored = await readPlan(session, run.id);
    if (stored === undefined) {
      throw new LockkeeperError("run_not_found", { message: `Run ${run.id} is gone.` });
    }
    const file = migrations.find(({ id }) => id === run.migration);
    const { task, isReplanned } = continueRun(run, stored, await currentText(session, run, stored, file));
    if (isReplanned) {
      await runner.journal((journal) => replan(journal, task));
    }
    await runner.execute(task, index < runs.length - 1);
    finished.push(run.migration);
  }
  return finished;
}

/** What the file at hand says; the stored plan where it says nothing else. */
async function currentText(
  session: Session,
  run: UnfinishedRun,
  stored: Plan,
  file: Migration | undefined,
): Promise<CurrentText> {
  if (file === undefined) {
    return { plan: stored, scripts: {}, file: run.migration };
  }
  if (run.direction === "down") {
    const past = run.undoes === null ? undefined : await readPastRun(session, run.undoes);
    const subject = { id: run.migration, checksum: run.checksum, past, file, begun: stored };
    return { ...(await planUndo(subject)), file: file.down?.file ?? file.file };
  }
  const needsScripts = stored.steps.some((step) => step.kind === "script");
  if (file.checksum === stored.checksum && !needsScripts) {
    return { plan: stored, scripts: {}, file: file.file };
  }
  const [prepared] = await new Preparation().plan([file]);
  return { plan: prepared?.plan ?? stored, scripts: prepared?.module?.scripts ?? {}, file: file.file };
}
