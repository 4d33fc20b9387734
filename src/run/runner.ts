import { setTimeout as sleep } from "node:timers/promises";
import type { Catalog } from "../catalog/catalog.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { MigrationScript } from "../migrations/migration-module.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { pause } from "../postgres/pause.ts";
import type { Session } from "../postgres/session.ts";
import { adviseWayBack } from "./advise-way-back.ts";
import { stepOf, stopIfRequested } from "./attempt.ts";
import type { AttemptOutcome } from "./attempt-outcome.ts";
import { againWhenLost, Connection, workConnection } from "./connection.ts";
import type { EmitEvent } from "./events.ts";
import { executeConcurrent } from "./execute-concurrent.ts";
import { executeDdl } from "./execute-ddl.ts";
import { executeScript } from "./execute-script.ts";
import { executeSweep } from "./execute-sweep.ts";
import { executeTogether, haveSameSettings, type QuietRun, quietStep } from "./execute-together.ts";
import { type Guard, recordWaivers } from "./guard.ts";
import { acquireLease, Heartbeat, type Requests, sideName, workName } from "./lease.ts";
import { changedSweepPolicy, type RunPolicy } from "./policy.ts";
import type { RunContext, StepRef } from "./run-context.ts";
import { SideChannel } from "./side-channel.ts";
import type { SnapshotRecorder } from "./snapshot/recorder.ts";
import type { StepWatch } from "./step-watch.ts";
import type { Stop } from "./stop.ts";
import { begin } from "./transaction.ts";

export interface RunnerOptions {
  readonly url: string;
  readonly policy: RunPolicy;
  readonly emit: EmitEvent;
  readonly stop: Stop;
  /** What the lease says of its holder, for people who find it in their way. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Asked before each step. */
  readonly guard?: Guard | undefined;
  /** Stands around each step. */
  readonly watch?: StepWatch;
}

/** A run that is in the journal and not finished. */
export interface RunTask {
  readonly id: number;
  readonly plan: Plan;
  readonly done: readonly number[];
  readonly started: readonly { readonly ordinal: number; readonly probe: unknown }[];
  readonly scripts: Readonly<Record<string, MigrationScript>>;
  /** See `RunContext`; those of a way back have none. */
  readonly batches?: RunContext["batches"];
}

/** A run shows as `running` when it has lasted this long; shorter ones spare the round trip. */
const MARK_RUNNING_AFTER_MS = 500;
/** How long the sessions of a replaced runner may take to end. */
const TAKEOVER_DEADLINE_MS = 10_000;
/** After this time a statement that does not heed its cancellation loses its connection. */
const CANCEL_PATIENCE_MS = 1_500;
const CANCEL_EVERY_MS = 200;
const PAUSE_POLL_MS = 100;
/** How many runs share a transaction: what is asked of a runner in between waits that long, and so do their locks. */
const MOST_TOGETHER = 32;
/** And how many statements: each may lock a handful of objects, and the server's table of locks is everybody's. */
const MOST_STATEMENTS_TOGETHER = 100;

/**
 * Takes the lease, does `work` under it, and gives it back.
 *
 * @param satisfied asked while another runner holds the lease: true when nothing is left to do
 * @returns what `work` returned, or undefined when `satisfied` ended the wait
 * @throws LockkeeperError `lease_held`, `interrupted`, and those of `work`
 */
export async function withRunner<T>(
  options: RunnerOptions,
  work: Connection,
  satisfied: () => Promise<boolean>,
  task: (runner: Runner) => Promise<T>,
): Promise<T | undefined> {
  const { policy, details, emit, stop } = options;
  const lease = await againWhenLost(stop, async () =>
    acquireLease(await work.session(), policy, details, emit, stop, satisfied),
  );
  if (lease === undefined) {
    return undefined;
  }
  const runner = new Runner(options, work, lease.token);
  try {
    if (lease.replaced !== null) {
      const { replaced } = lease;
      await againWhenLost(stop, () => runner.endPredecessor(replaced));
    }
    const result = await task(runner);
    await runner.recordSchema();
    return result;
  } catch (error) {
    if (isSettled(error)) await runner.recordSchema();
    throw error;
  } finally {
    await runner.end();
  }
}

/** Whether what was done before the failure stands, and the database is there to be asked. */
const isSettled = (error: unknown): boolean => error instanceof LockkeeperError && !UNSETTLED.has(error.code);

const UNSETTLED: ReadonlySet<string> = new Set(["lease_lost", "progress_lost", "database_unavailable"]);

/** Executes runs under a lease, one after the other. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #work: Connection;
  readonly #token: number;
  readonly #sideConnection: Connection;
  readonly #side: SideChannel;
  readonly #heartbeat: Heartbeat;
  #lastRun: number | undefined;
  #seen: Catalog | undefined;
  #recorder: SnapshotRecorder | undefined;
  readonly #unreported: (() => void)[] = [];
  #requests: Requests = { request: null, requestedBy: null, reason: null, throttle: null };

  constructor(options: RunnerOptions, work: Connection, token: number) {
    this.#options = options;
    this.#work = work;
    this.#token = token;
    work.applicationName = workName(token);
    this.#sideConnection = new Connection(options.url);
    this.#sideConnection.applicationName = sideName(token);
    this.#side = new SideChannel(this.#sideConnection);
    this.#heartbeat = new Heartbeat(token, options.policy, this.#side, options.stop, (requests) => {
      this.#requests = requests;
      if (requests.request === "abort") {
        const { requestedBy, reason } = requests;
        options.stop.immediately("aborted", `${requestedBy ?? "somebody"}${reason === null ? "" : ` (${reason})`}`);
      }
    });
  }

  get token(): number {
    return this.#token;
  }

  /** The catalog as it was read under this lease: nobody need read it again before the first step. */
  saw(catalog: Catalog): void {
    this.#seen = catalog;
  }

  /**
   * The schema is recorded before the lease is given back. What was changed by others before does not become part of it.
   *
   * @param anew it does: the schema is recorded as it stands
   */
  async willChangeSchema(anew = false): Promise<void> {
    const { policy, emit, details } = this.#options;
    if (this.#recorder !== undefined || policy.drift.record === "off") {
      return;
    }
    const { SnapshotRecorder } = await import("./snapshot/recorder.ts");
    this.#recorder = new SnapshotRecorder({
      policy,
      emit,
      command: String(details["command"]),
      session: () => this.#work.session(),
      journal: (work) => this.journal(work),
    });
    if (!anew) await this.#recorder.before(this.#seen);
  }

  /** Where something was changed; who is told to stop does not read the whole schema first. */
  async recordSchema(): Promise<void> {
    if (!this.#options.stop.requested) await this.#recorder?.after(this.#lastRun);
  }

  /** Forgets what was done before, after `progress_lost`: the journal is read anew. */
  startOver(): void {
    this.#lastRun = undefined;
  }

  /** A transaction on the journal under the lease. */
  async journal<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#work.session();
    try {
      await begin(session);
      await session.query("SELECT lockkeeper.assert_lease($1)", [this.#token]);
      const result = await work(session);
      await session.query("COMMIT");
      return result;
    } catch (error) {
      await session.rollback();
      throw error;
    }
  }

  /**
   * A runner that was frozen past its lease may still have a session that wakes up with it. Ending these sessions is what
   * keeps its statements outside transactions, which no fence reaches, from the server.
   */
  async endPredecessor(token: number): Promise<void> {
    const names = [workName(token), sideName(token)];
    const begun = performance.now();
    while ((await this.#side.terminate(names)) > 0) {
      if (performance.now() - begun > TAKEOVER_DEADLINE_MS) {
        throw new LockkeeperError("lease_held", {
          message: `The sessions of the runner that was replaced (token ${token}) do not end.`,
          notDone: "Nothing was changed.",
        });
      }
      await sleep(50);
    }
  }

  /**
   * Runs the steps of one run that are not done.
   *
   * @param deferFlush whether commits may return before they are on disk, because a later run of this call flushes them
   * @throws LockkeeperError of the step that failed; the run is then recorded as failed or aborted, and resumable
   */
  async execute(task: RunTask, deferFlush: boolean): Promise<void> {
    this.#report();
    await this.willChangeSchema();
    const { plan } = task;
    const { emit } = this.#options;
    const ofRun = { run: task.id, migration: plan.migration };
    const begun = performance.now();
    emit({
      type: "run.started",
      ...ofRun,
      direction: plan.direction,
      steps: plan.steps.length,
      resumedAt: task.done.length,
    });
    let marking: Promise<void> | undefined;
    const mark = setTimeout(() => {
      marking = this.#markRunning(task.id, begun);
    }, MARK_RUNNING_AFTER_MS);
    const context = this.#context(task);
    let begunSteps = task.done.length + task.started.length;
    try {
      // A plan without steps, or one from whose file the step that failed was removed: no step brings the run's end.
      if (plan.steps.every((_, ordinal) => task.done.includes(ordinal))) {
        await this.journal(async (session) => {
          await session.query("SELECT lockkeeper.finish_run($1, $2)", [this.#token, task.id]);
        });
      }
      for (const [ordinal, step] of plan.steps.entries()) {
        if (!task.done.includes(ordinal)) {
          await this.#untilMayBegin(context, task, step);
          begunSteps++;
          await this.#executeStep(context, task, ordinal, step, deferFlush);
        }
      }
    } catch (failure) {
      const error = adviseWayBack(failure, plan);
      clearTimeout(mark);
      // The mark goes over another connection, and must not come behind what is recorded now.
      await marking;
      // A run that was stopped before its first step is as it was queued.
      if (begunSteps > 0 || !this.#options.stop.requested) {
        await this.#recordFailure(task, error);
      }
      throw error;
    } finally {
      clearTimeout(mark);
    }
    this.#lastRun = task.id;
    emit({
      type: "run.done",
      ...ofRun,
      direction: plan.direction,
      durationMs: Math.round(performance.now() - begun),
    });
  }

  /**
   * Runs the first of the tasks in one transaction, where they are such as may share one.
   *
   * @returns how many of them are done; the others are as they were
   */
  async executeTogether(tasks: readonly RunTask[]): Promise<number> {
    const quiet: { readonly task: RunTask; readonly run: QuietRun }[] = [];
    let statements = 0;
    for (const task of tasks.slice(0, MOST_TOGETHER)) {
      const step = task.done.length + task.started.length > 0 ? undefined : quietStep(task.plan);
      const first = quiet[0]?.run.step;
      if (step === undefined || (first !== undefined && !haveSameSettings(first, step))) {
        break;
      }
      statements += step.statements.length;
      if (statements > MOST_STATEMENTS_TOGETHER) {
        break;
      }
      const isLast = quiet.length === tasks.length - 1;
      const of = { run: task.id, migration: task.plan.migration, ordinal: 0, steps: 1 };
      quiet.push({ task, run: { step, ref: { ...of, afterRun: this.#lastRun, deferFlush: !isLast } } });
    }
    const { watch, stop } = this.#options;
    if (quiet.length < 2 || watch !== undefined || this.#requests.request === "pause" || stop.requested) {
      return 0;
    }
    await this.willChangeSchema();
    const context = this.#context({ scripts: {} });
    const runs = quiet.map(({ run }) => run);
    const sent = this.#cancellable(context, executeTogether(context, runs));
    // While the server works on these there is time to tell of those before.
    setImmediate(() => this.#report());
    const done = await sent;
    this.#report();
    for (const { task, run } of quiet) {
      const ms = done.get(task.id);
      if (ms === undefined) {
        break;
      }
      this.#unreported.push(() => this.#reportDone(task, run, Math.round(ms)));
      this.#lastRun = task.id;
    }
    return this.#unreported.length;
  }

  #reportDone(task: RunTask, { ref, step }: QuietRun, durationMs: number): void {
    const { emit } = this.#options;
    const { direction } = task.plan;
    const ofRun = { run: task.id, migration: task.plan.migration };
    emit({ type: "run.started", ...ofRun, direction, steps: 1, resumedAt: 0 });
    emit({ type: "step.started", ...stepOf(ref, step.title), kind: step.kind });
    const outcome: AttemptOutcome = { attempts: 1, lockWaitMs: 0, recovered: false };
    emit({ type: "step.done", ...stepOf(ref, step.title), kind: step.kind, durationMs, ...outcome });
    emit({ type: "run.done", ...ofRun, direction, durationMs });
  }

  /** What holds a step back may last for hours, in which somebody may ask for a pause. */
  async #untilMayBegin(context: RunContext, task: RunTask, step: Step): Promise<void> {
    do {
      await this.#whilePaused({ run: task.id, migration: task.plan.migration });
      stopIfRequested(context);
      await this.#beforeStep(task, step);
      stopIfRequested(context);
    } while (this.#requests.request === "pause");
  }

  async #beforeStep({ id, plan }: RunTask, step: Step): Promise<void> {
    const { guard, stop, emit } = this.#options;
    const waiver = await guard?.beforeStep?.({ plan, step, stop, emit });
    if (waiver !== undefined) await this.journal((session) => recordWaivers(session, [waiver], [id]));
  }

  /** Tells of the runs that were done together, in their order. */
  #report(): void {
    for (const report of this.#unreported.splice(0)) {
      report();
    }
  }

  #context({ scripts, batches = {} }: Pick<RunTask, "scripts" | "batches">): RunContext {
    const { policy, emit, stop } = this.#options;
    return {
      policy,
      emit,
      stop,
      token: this.#token,
      work: this.#work,
      side: this.#side,
      open: () => this.#open(),
      whilePaused: (ref) => this.#whilePaused(ref),
      sweepPolicy: () => ({
        ...changedSweepPolicy(policy.sweep, this.#requests.throttle ?? {}),
        lockDeadlineMs: policy.lockDeadlineMs,
        reconnectDeadlineMs: policy.reconnectDeadlineMs,
      }),
      scripts,
      batches,
    };
  }

  async end(): Promise<void> {
    this.#report();
    this.#heartbeat.end();
    try {
      // A restart of the server in this moment would keep others waiting until the lease's time is over.
      await againWhenLost(this.#options.stop, async () => {
        const session = await this.#work.session();
        await session.query("SELECT lockkeeper.release_lease($1)", [this.#token]);
      });
    } catch {
      // It ends by itself when its time is over.
    }
    await this.#sideConnection.end();
  }

  async #executeStep(
    context: RunContext,
    task: RunTask,
    ordinal: number,
    step: Step,
    deferFlush: boolean,
  ): Promise<void> {
    const last = ordinal === task.plan.steps.length - 1;
    const startedProbe = task.started.find((started) => started.ordinal === ordinal)?.probe;
    const ref: StepRef = {
      run: task.id,
      migration: task.plan.migration,
      ordinal,
      steps: task.plan.steps.length,
      deferFlush: deferFlush || !last,
      afterRun: this.#lastRun,
      ...(startedProbe === undefined ? {} : { startedProbe }),
    };
    context.emit({ type: "step.started", ...stepOf(ref, step.title), kind: step.kind });
    const begun = performance.now();
    const run = (): Promise<AttemptOutcome> => this.#cancellable(context, executeStep(context, ref, step, last));
    const { watch } = this.#options;
    const { migration, run: id } = ref;
    const watched = { step, run: id, migration, direction: task.plan.direction, ordinal };
    const outcome = await (watch === undefined ? run() : watch(watched, run));
    context.emit({
      type: "step.done",
      ...stepOf(ref, step.title),
      kind: step.kind,
      durationMs: Math.round(performance.now() - begun),
      ...outcome,
    });
  }

  /** Cancels the statement at work when the runner is told to stop at once; cuts its connection when that has no effect. */
  async #cancellable<T>(context: RunContext, step: Promise<T>): Promise<T> {
    const { now } = context.stop;
    const finished = new AbortController();
    const cancel = async (): Promise<void> => {
      const begun = performance.now();
      while (!finished.signal.aborted) {
        if (performance.now() - begun > CANCEL_PATIENCE_MS) {
          context.work.destroy();
          return;
        }
        await Promise.race([this.#side.cancel(workName(this.#token)).catch(() => {}), sleep(CANCEL_PATIENCE_MS)]);
        await pause(CANCEL_EVERY_MS, finished.signal);
      }
    };
    let cancelling: Promise<void> | undefined;
    const onStop = (): void => {
      cancelling = cancel();
    };
    now.addEventListener("abort", onStop, { once: true });
    try {
      return await step;
    } finally {
      finished.abort();
      now.removeEventListener("abort", onStop);
      // One that is on its way must not meet what is recorded next.
      await cancelling;
    }
  }

  #open(): Connection {
    const connection = workConnection(this.#options, { fromTheStart: true });
    connection.applicationName = workName(this.#token);
    return connection;
  }

  async #whilePaused({ run, migration }: Pick<StepRef, "run" | "migration">): Promise<void> {
    if (this.#requests.request !== "pause") {
      return;
    }
    const ofRun = { run, migration };
    await this.#setState(run, "paused");
    this.#options.emit({ type: "run.paused", ...ofRun, by: this.#requests.requestedBy });
    while (this.#requests.request === "pause" && !this.#options.stop.requested) {
      await pause(PAUSE_POLL_MS, this.#options.stop.soon);
    }
    if (!this.#options.stop.requested) {
      await this.#setState(run, "running");
      this.#options.emit({ type: "run.resumed", ...ofRun });
    }
  }

  async #setState(run: number, state: "running" | "paused"): Promise<void> {
    await this.journal(async (session) => {
      await session.query("UPDATE lockkeeper.run SET state = $2, token = $3 WHERE id = $1", [run, state, this.#token]);
    });
  }

  /** @param begun when it began, as `performance.now()` tells */
  async #markRunning(run: number, begun: number): Promise<void> {
    const sql = `UPDATE lockkeeper.run SET state = 'running', token = $2, error = NULL,
      started_at = coalesce(started_at, clock_timestamp() - $3 * interval '1 ms'),
      holder = (SELECT holder FROM lockkeeper.lease)
      WHERE id = $1 AND (state IN ('queued', 'failed', 'aborted')
          OR state IN ('running', 'paused') AND token IS DISTINCT FROM $2)
        AND EXISTS (SELECT FROM lockkeeper.lease WHERE token = $2 AND holder IS NOT NULL)`;
    await this.#side
      .ask((session) => session.query(sql, [run, this.#token, performance.now() - begun]))
      .catch(() => {});
  }

  /** Best effort: when the server cannot be asked, the journal still shows the run as unfinished. */
  async #recordFailure(task: RunTask, error: unknown): Promise<void> {
    const report = (
      error instanceof LockkeeperError ? error : new LockkeeperError("internal", { message: String(error) })
    ).toJSON();
    this.#options.emit({ type: "run.failed", run: task.id, migration: task.plan.migration, error: report });
    if (report.code === "lease_lost" || report.code === "progress_lost") {
      return;
    }
    const state = report.code === "run_aborted" ? "aborted" : "failed";
    try {
      await this.journal(async (session) => {
        await session.query(
          `UPDATE lockkeeper.run SET error = $3,
             state = CASE WHEN state = 'paused' AND token = $4 AND $2 <> 'aborted' THEN state ELSE $2 END,
             started_at = coalesce(started_at, clock_timestamp()), finished_at = clock_timestamp(), token = $4,
             holder = coalesce(holder, (SELECT holder FROM lockkeeper.lease WHERE token = $4))
           WHERE id = $1 AND state NOT IN ('done', 'undone')`,
          [task.id, state, JSON.stringify(report), this.#token],
        );
      });
    } catch {
      // See above.
    }
  }
}

async function executeStep(context: RunContext, ref: StepRef, step: Step, last: boolean): Promise<AttemptOutcome> {
  switch (step.kind) {
    case "ddl":
      return await executeDdl(context, ref, step, last);
    case "concurrent":
      return await executeConcurrent(context, ref, step, last);
    case "sweep":
      return await executeSweep(context, ref, step, last);
    case "script":
      return await executeScript(context, ref, step, last);
  }
}
