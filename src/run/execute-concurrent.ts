import { LockkeeperError, type Place } from "../errors/lockkeeper-error.ts";
import type { ConcurrentStep, PlannedStatement, Probe } from "../plan/plan.ts";
import { forSession } from "../plan/settings.ts";
import { BatchError } from "../postgres/batch.ts";
import { pause } from "../postgres/pause.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { BEGIN } from "../postgres/transaction.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { offsetOfPosition } from "../sql/source-map.ts";
import { attemptStep, stepOf, stopIfRequested } from "./attempt.ts";
import type { AttemptFacts, AttemptOutcome } from "./attempt-outcome.ts";
import { chooseIndexName } from "./choose-index-name.ts";
import type { ObservedLock } from "./events.ts";
import { beginStep, captures, finishStep } from "./execute-ddl.ts";
import { forgetSettings } from "./forget-settings.ts";
import { workName } from "./lease.ts";
import { placeInStatement } from "./place-in-statement.ts";
import { type Observation, observe } from "./probe.ts";
import { type RunContext, type StepRef, transactionSettings } from "./run-context.ts";
import { StatementWatch } from "./statement-watch.ts";

/** Pause between two looks at an index that another session is building. */
const BUSY_POLL_MS = 500;
/** Leftovers of leftovers: a repair that has not worked this often will not work. */
const MAX_REPAIRS = 5;

/** PostgreSQL 17 and newer. */
const NO_TRANSACTION_TIMEOUT =
  "SELECT set_config('transaction_timeout', '0', false) WHERE current_setting('transaction_timeout', true) <> '0'";

/** Kinds whose end state the catalog shows. */
const SHOWS_DONE = (probe: Probe): boolean => !["reindex", "repeatable", "none"].includes(probe.kind);

/**
 * A statement outside a transaction: probed, announced in the journal, run, probed again, and only then recorded as
 * done. After a crash the probe and the announcement together tell where it stood.
 *
 * @throws LockkeeperError `object_exists`, `step_unknown`, and those of `attemptStep`
 */
export async function executeConcurrent(
  context: RunContext,
  ref: StepRef,
  step: ConcurrentStep,
  last: boolean,
): Promise<AttemptOutcome> {
  const execution = new ConcurrentExecution(context, ref, step, last);
  const outcome = await attemptStep(
    context,
    ref,
    step.title,
    (error) => placeOfFailure(step.statement, error),
    (facts) => execution.attempt(facts),
  );
  return { ...outcome, recovered: outcome.recovered || execution.foundDone };
}

/** Only a person can tell, by looking at what the statement changes. */
function unknownAction({ migration, ordinal }: StepRef): string {
  const repair = `lockkeeper repair ${migration} --step ${ordinal + 1}`;
  return `Look whether the statement took effect. If it did, \`${repair} --as done --reason …\`; if not, \`${repair} --as pending --reason …\`. Then \`lockkeeper resume\`.`;
}

/** The server counts from the beginning of what was sent, where a comment precedes the statement. */
function placeOfFailure(statement: PlannedStatement, error: unknown): Place {
  const position = databaseError(error)?.position;
  const start = error instanceof BatchError ? error.text.indexOf(statement.sql) : -1;
  return error instanceof BatchError && position !== undefined && start !== -1
    ? placeInStatement(statement, Math.max(0, offsetOfPosition(error.text, Number(position)) - start))
    : placeInStatement(statement);
}

interface Announcement {
  readonly before: readonly string[];
}

class ConcurrentExecution {
  /** True when an earlier attempt turned out to have done the work. */
  foundDone = false;
  readonly #context: RunContext;
  readonly #ref: StepRef;
  #step: ConcurrentStep;
  readonly #last: boolean;
  #announced: Announcement | undefined;
  #locks: readonly ObservedLock[] = [];

  constructor(context: RunContext, ref: StepRef, step: ConcurrentStep, last: boolean) {
    this.#context = context;
    this.#ref = ref;
    this.#step = step;
    this.#last = last;
    this.#announced = ref.startedProbe as Announcement | undefined;
  }

  async attempt(facts: AttemptFacts): Promise<void> {
    const session = await this.#context.work.session();
    const settings = await this.#settings(session);
    await session.batch(settings.apply);
    try {
      if (this.#announced === undefined) {
        this.#step = await chooseIndexName(session, this.#step);
      }
      const observation = await this.#settle(session);
      if (this.#announced !== undefined && observation.state === "done") {
        this.foundDone = true;
      } else {
        await this.#announce(session, observation);
        await this.#run(session);
      }
    } finally {
      if (!session.lost && settings.reset.length > 0) {
        await session.batch(settings.reset).catch(() => session.destroy());
      }
    }
    await this.#finish(session, facts);
  }

  /** Session settings: there is no transaction that could hold them. */
  async #settings(session: Session): Promise<{ apply: { sql: string }[]; reset: { readonly sql: string }[] }> {
    if (await session.isPooled()) {
      // Whether it can do without was asked before the first step.
      return { apply: [{ sql: "SELECT 1" }], reset: [] };
    }
    const { synchronous_commit: _, ...settings } = transactionSettings(this.#context, this.#ref);
    // SHARE UPDATE EXCLUSIVE lets reads and writes pass, so waiting for it harms nobody, and a build that runs into a
    // timeout leaves an invalid index. VACUUM FULL and the like take more, and wait as briefly as any other DDL.
    const lockTimeout = this.#step.probe.kind === "repeatable" ? settings["lock_timeout"] : "0";
    const workers = String(this.#context.policy.buildWorkers);
    const all = { ...settings, lock_timeout: lockTimeout ?? "0", max_parallel_maintenance_workers: workers };
    const own = Object.entries(all).map(([name, value]) => ({
      sql: `SELECT set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`,
    }));
    return {
      apply: [...own, { sql: NO_TRANSACTION_TIMEOUT }, ...this.#step.settings.map((sql) => ({ sql: forSession(sql) }))],
      reset: forgetSettings(session, this.#context.token),
    };
  }

  /** Waits for others and mends leftovers until the state is plain. */
  async #settle(session: Session): Promise<Observation> {
    for (let repairs = 0; ; ) {
      const observation = await observe(session, this.#step.probe, this.#announced?.before ?? []);
      if (["none", "done", "taken"].includes(observation.state)) {
        this.#tellBeyond(observation);
        return observation;
      }
      stopIfRequested(this.#context);
      if (observation.state === "busy") {
        this.#context.emit({
          type: "notice",
          message: `${this.#step.title}: another session is building this index; waiting for it.`,
        });
        await pause(BUSY_POLL_MS, this.#context.stop.soon);
        continue;
      }
      // A reindex leaves other sessions' transient indexes alone: nothing is ours before the announcement.
      if (this.#step.probe.kind === "reindex" && this.#announced === undefined) {
        return observation;
      }
      if (repairs++ >= MAX_REPAIRS) {
        throw new LockkeeperError("statement_failed", {
          message: `The leftover of an earlier attempt could not be mended: ${observation.repair.join("; ")}`,
          at: this.#step.at,
          notDone: "The step was not run.",
        });
      }
      await this.#repair(session, observation);
    }
  }

  /** They take room and make writes dearer, and nothing relies on them: no reason to stop. */
  #tellBeyond({ beyond = [] }: Observation): void {
    if (beyond.length === 0) return;
    const names = beyond.join(", ");
    this.#context.emit({
      type: "notice",
      message: `${this.#step.title}: an interrupted attempt left ${names}, which this role may not drop. As a superuser: DROP INDEX CONCURRENTLY ${names};`,
    });
  }

  async #repair(session: Session, observation: Observation): Promise<void> {
    await session.query("SELECT lockkeeper.assert_lease($1)", [this.#context.token]);
    for (const sql of observation.repair) {
      await session.query(this.#signed(sql));
      this.#context.emit({ type: "step.healed", ...stepOf(this.#ref, this.#step.title), sql });
    }
  }

  async #announce(session: Session, observation: Observation): Promise<void> {
    const { probe } = this.#step;
    if (observation.state === "taken") {
      throw this.#objectExists();
    }
    if (this.#announced !== undefined) {
      if (probe.kind === "none") {
        throw new LockkeeperError("step_unknown", {
          message: `${this.#step.title} was interrupted, and nothing tells whether it took effect.`,
          at: this.#step.at,
          notDone: "It was not run again.",
          action: unknownAction(this.#ref),
          data: { run: this.#ref.run, step: this.#ref.ordinal + 1 },
        });
      }
      return;
    }
    if (
      observation.state === "done" &&
      probe.kind.startsWith("create-") &&
      !("ifNotExists" in probe && probe.ifNotExists)
    ) {
      throw this.#objectExists();
    }
    const announcement: Announcement = { before: observation.before };
    const values = [
      quoteLiteral(this.#step.kind),
      quoteLiteral(this.#step.title),
      `${quoteLiteral(JSON.stringify(announcement))}::jsonb`,
    ];
    await this.#transaction(
      session,
      [...this.#step.settings, ...captures(this.#ref, 0, this.#step.statement).map(({ sql }) => sql)],
      [
        `SELECT lockkeeper.start_step(${this.#context.token}, ${this.#ref.run}, ${this.#ref.ordinal}, ${values.join(", ")})`,
        ...this.#keepChosenName(),
      ],
    );
    this.#announced = announcement;
  }

  /** The stored plan is what a successor probes by, and what the way back is derived from. */
  #keepChosenName(): string[] {
    const { probe } = this.#step;
    if (probe.kind !== "create-index" || probe.unnamed === undefined) {
      return [];
    }
    const step = `${quoteLiteral(JSON.stringify(this.#step))}::jsonb`;
    return [
      `UPDATE lockkeeper.run SET plan = jsonb_set(plan, '{steps,${this.#ref.ordinal}}', ${step}) WHERE id = ${this.#ref.run}`,
    ];
  }

  /** Says whose it is where the session cannot; see `workName`. */
  #signed(sql: string): string {
    return `/* ${workName(this.#context.token)} */ ${sql}`;
  }

  #objectExists(): LockkeeperError {
    return new LockkeeperError("object_exists", {
      message: `${this.#step.title}: an object of this name exists already.`,
      at: this.#step.at,
      notDone: "The step was not run.",
    });
  }

  async #run(session: Session): Promise<void> {
    const { statement, probe, title } = this.#step;
    const watch = new StatementWatch(this.#context, this.#ref, title);
    try {
      // Nothing stands between this answer and the statement but the way to the server; see docs/architecture.md.
      await session.query("SELECT lockkeeper.assert_lease($1)", [this.#context.token]);
      stopIfRequested(this.#context);
      await session.batch([{ sql: this.#signed(statement.sql) }]);
    } catch (error) {
      await this.#healAfterFailure(session, error);
      throw error;
    } finally {
      watch.end();
      this.#locks = watch.locks;
    }
    const after = await observe(session, probe, this.#announced?.before ?? []);
    if (after.state === "half" || (SHOWS_DONE(probe) && after.state !== "done")) {
      throw new LockkeeperError("statement_failed", {
        message: `${title}: the server reported success, but the catalog does not show it (${after.state}).`,
        at: this.#step.at,
        notDone: "The step was not recorded as done.",
      });
    }
  }

  /** An invalid index costs every writer until it is gone; what cannot be mended now is mended by the next attempt. */
  async #healAfterFailure(session: Session, error: unknown): Promise<void> {
    if (session.lost || failureKind(error) === "connection" || this.#context.stop.reason === "lease-lost") {
      return;
    }
    try {
      const observation = await observe(session, this.#step.probe, this.#announced?.before ?? []);
      if (observation.state === "half") {
        await this.#repair(session, observation);
      }
    } catch (failure) {
      this.#context.emit({
        type: "notice",
        message: `${this.#step.title}: its leftover stays until the next attempt (${databaseError(failure)?.message ?? failure}).`,
      });
    }
  }

  async #finish(session: Session, facts: AttemptFacts): Promise<void> {
    await this.#transaction(
      session,
      [],
      [
        finishStep(this.#context, this.#ref, this.#step.kind, this.#step.title, this.#last, {
          ...facts,
          locks: this.#locks,
        }),
      ],
    );
  }

  async #transaction(session: Session, statements: readonly string[], journal: readonly string[]): Promise<void> {
    try {
      await session.batch([
        { sql: BEGIN },
        { sql: beginStep(this.#context, this.#ref) },
        ...[...statements, ...journal, "COMMIT"].map((sql) => ({ sql })),
      ]);
    } catch (error) {
      await session.rollback();
      throw error;
    }
  }
}
