import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { loadMigrationModule, type MigrationScript } from "../migrations/migration-module.ts";
import { type Connection, workConnection } from "./connection.ts";
import type { EmitEvent } from "./events.ts";
import { namingFailures } from "./name-failure.ts";
import type { RunPolicy } from "./policy.ts";
import { readPlan } from "./queue-runs.ts";
import { readState, type UnfinishedRun } from "./read-state.ts";
import { type Runner, withRunner } from "./runner.ts";
import type { Stop } from "./stop.ts";
import { untilKept } from "./up.ts";

export interface ResumeOptions {
  readonly url: string;
  /** The files at hand: only scripts need them, everything else is in the journal. */
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
 * Continues what the journal holds unfinished, from the stored plans. When the runner is alive and paused, it is told to
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
        const current = await readState(await work.session());
        finished.push(...(await resumeRuns(work, runner, current.unfinished, options.migrations)));
      }),
  );
  return { finished, released: false };
}

/** Executes unfinished runs from their stored plans, in their order; returns their migrations. */
export async function resumeRuns(
  work: Connection,
  runner: Runner,
  runs: readonly UnfinishedRun[],
  migrations: readonly Migration[],
): Promise<string[]> {
  const finished: string[] = [];
  for (const [index, run] of runs.entries()) {
    const plan = await readPlan(await work.session(), run.id);
    if (plan === undefined) {
      throw new LockkeeperError("run_not_found", { message: `Run ${run.id} is gone.` });
    }
    const needsScripts = plan.steps.some((step) => step.kind === "script");
    const scripts = needsScripts ? await scriptsOf(run.migration, migrations) : {};
    await runner.execute({ id: run.id, plan, done: run.done, started: run.started, scripts }, index < runs.length - 1);
    finished.push(run.migration);
  }
  return finished;
}

async function scriptsOf(
  id: string,
  migrations: readonly Migration[],
): Promise<Readonly<Record<string, MigrationScript>>> {
  const file = migrations.find((migration) => migration.id === id && migration.kind === "typescript");
  return file === undefined ? {} : ((await loadMigrationModule(file)).scripts ?? {});
}
