import { LockkeeperError, type Place } from "../errors/lockkeeper-error.ts";
import { BatchError } from "../postgres/batch.ts";
import { pause } from "../postgres/pause.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import type { AttemptFacts, AttemptOutcome } from "./attempt-outcome.ts";
import type { Blocker } from "./events.ts";
import { workName } from "./lease.ts";
import { backoffMs } from "./policy.ts";
import type { RunContext, StepRef } from "./run-context.ts";
import { AUTOVACUUM } from "./side-channel.ts";

/** What an error handler needs to name the place of a failed statement. */
export type PlaceOfFailure = (error: unknown) => Place | undefined;

/** A blocked statement is looked at first after this time, then at most twice a second: the question locks the lock table. */
const FIRST_LOOK_MS = 150;
const NEXT_LOOK_MS = 500;
/** Pause before a lost connection is opened again. */
const RECONNECT_PAUSE_MS = 250;

/**
 * Runs one attempt after the other until the step is done or may not be tried any more. Lock timeouts, deadlocks and
 * serialization failures are tried again until the deadline; a lost connection is opened again, and the journal tells
 * whether the step had committed.
 *
 * @throws LockkeeperError `lock_timeout`, `lease_lost`, `interrupted`, `run_aborted`, `permission_denied`, `disk_full`,
 *   `database_unavailable`, `database_read_only`, `statement_failed`
 */
export async function attemptStep(
  context: RunContext,
  ref: StepRef,
  title: string,
  placeOf: PlaceOfFailure,
  once: (facts: AttemptFacts) => Promise<void>,
): Promise<AttemptOutcome> {
  const begun = performance.now();
  let lockWaitMs = 0;
  let lostAt: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const attemptedAt = performance.now();
    const watch = new LockWatch(context, ref, title, begun);
    try {
      stopIfRequested(context);
      await once({ attempts: attempt, lockWaitMs: Math.round(lockWaitMs) });
      return { attempts: attempt, lockWaitMs: Math.round(lockWaitMs), recovered: false };
    } catch (error) {
      switch (failureKind(error)) {
        case "already-done":
          return { attempts: attempt, lockWaitMs: Math.round(lockWaitMs), recovered: true };
        case "lock": {
          stopIfRequested(context);
          const waitedMs = performance.now() - begun;
          if (waitedMs > context.policy.lockDeadlineMs) {
            throw lockTimeout(context, error, placeOf(error), watch.blockers, waitedMs);
          }
          const wait = backoffMs(context.policy, attempt);
          context.emit({
            type: "lock.retry",
            ...stepOf(ref, title),
            attempt,
            reason: databaseError(error)?.message ?? "",
            backoffMs: wait,
            blockers: watch.blockers,
          });
          await pause(wait, context.stop.soon);
          lockWaitMs += performance.now() - attemptedAt;
          break;
        }
        case "connection": {
          if (context.stop.reason === "lease-lost") {
            throw leaseLost(context.token);
          }
          lostAt ??= performance.now();
          if (context.stop.requested || performance.now() - lostAt > context.policy.reconnectDeadlineMs) {
            stopIfRequested(context);
            throw error instanceof LockkeeperError
              ? error
              : new LockkeeperError("database_unavailable", {
                  message: `The connection was lost and could not be opened again: ${reasonOf(error)}`,
                  cause: error,
                });
          }
          context.emit({ type: "connection.lost", ...stepOf(ref, title), reason: reasonOf(error) });
          context.work.destroy();
          await pause(RECONNECT_PAUSE_MS, context.stop.soon);
          continue;
        }
        default:
          throw explainFailure(context, error, placeOf(error));
      }
      lostAt = undefined;
    } finally {
      watch.end();
    }
  }
}

/** Looks from the side who stands in the way while an attempt takes long; its last sight outlives the attempt. */
class LockWatch {
  blockers: readonly Blocker[] = [];
  readonly #context: RunContext;
  readonly #ref: StepRef;
  readonly #title: string;
  readonly #begun: number;
  #timer: NodeJS.Timeout;
  #ended = false;

  constructor(context: RunContext, ref: StepRef, title: string, begun: number) {
    this.#context = context;
    this.#ref = ref;
    this.#title = title;
    this.#begun = begun;
    this.#timer = setTimeout(() => void this.#look(), FIRST_LOOK_MS);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const found = await this.#context.side.blockers(workName(this.#context.token));
      if (!this.#ended && found.length > 0) {
        this.blockers = found;
        this.#context.emit({
          type: "lock.waiting",
          ...stepOf(this.#ref, this.#title),
          blockers: found,
          waitedMs: Math.round(performance.now() - this.#begun),
        });
      }
    } catch {
      // Only the report is lost; the attempt itself tells how it ends.
    }
    if (!this.#ended) {
      this.#timer = setTimeout(() => void this.#look(), NEXT_LOOK_MS);
    }
  }
}

export function stepOf(
  ref: StepRef,
  title: string,
): { run: number; migration: string; step: number; steps: number; title: string } {
  return { run: ref.run, migration: ref.migration, step: ref.ordinal + 1, steps: ref.steps, title };
}

/** @throws LockkeeperError when somebody asked the runner to stop */
export function stopIfRequested(context: RunContext): void {
  switch (context.stop.reason) {
    case undefined:
      return;
    case "lease-lost":
      throw leaseLost(context.token);
    case "aborted":
      throw new LockkeeperError("run_aborted", {
        message: `The run was aborted by ${context.stop.by ?? "somebody"}. The steps already applied stand.`,
      });
    case "interrupted":
      throw new LockkeeperError("interrupted");
  }
}

function leaseLost(token: number): LockkeeperError {
  return new LockkeeperError("lease_lost", {
    message: `The lease with token ${token} was taken by another runner.`,
    notDone: "The step at work was not committed.",
  });
}

function lockTimeout(
  context: RunContext,
  error: unknown,
  failed: ReturnType<PlaceOfFailure>,
  blockers: readonly Blocker[],
  waitedMs: number,
): LockkeeperError {
  const deadlineMs = context.policy.lockDeadlineMs;
  const names = blockers.map((blocker) => `pid ${blocker.pid} (${blocker.application || blocker.user})`).join(", ");
  return new LockkeeperError("lock_timeout", {
    message:
      `The lock could not be had within ${deadlineMs < 1_000 ? `${deadlineMs} ms` : `${deadlineMs / 1_000} s`}` +
      `${names === "" ? "" : `; in the way: ${names}`}.`,
    ...place(failed, error),
    notDone: "The step was not applied.",
    ...adviceOnVacuum(blockers),
    data: { waitedMs: Math.round(waitedMs), blockers },
  });
}

/** It ends for whoever waits long enough, which a superuser's steps need not. */
function adviceOnVacuum(blockers: readonly Blocker[]): { action?: string } {
  return blockers.some(({ application, user }) => application === AUTOVACUUM && user === "")
    ? {
        action:
          "A vacuum that the server began by itself ends for whoever has waited for `deadlock_timeout` (a second by default): let " +
          "`lock.timeout` be longer than that for this run, or run it as a superuser, for whom it ends sooner. One against the " +
          "wraparound of transaction numbers has to be waited for.",
      }
    : {};
}

/** Turns the failure of a step into the error that names it. */
function explainFailure(context: RunContext, error: unknown, failed: ReturnType<PlaceOfFailure>): LockkeeperError {
  if (error instanceof LockkeeperError) {
    return error;
  }
  const server = databaseError(error);
  const details = {
    message: server?.message ?? reasonOf(error),
    ...place(failed, error),
    notDone: "The step was rolled back; steps before it stand.",
    data: serverFacts(server),
    cause: error,
  };
  switch (failureKind(error)) {
    case "fenced":
      return leaseLost(context.token);
    case "rewound":
      return new LockkeeperError("progress_lost", { data: details.data, cause: error });
    case "cancelled":
      try {
        stopIfRequested(context);
      } catch (stopped) {
        return stopped as LockkeeperError;
      }
      return new LockkeeperError("statement_failed", details);
    case "permission":
      return new LockkeeperError("permission_denied", { ...details, ...adviceOnPermission(details.message) });
    case "disk-full":
      return new LockkeeperError("disk_full", details);
    case "read-only":
      return new LockkeeperError("database_read_only", details);
    default:
      return new LockkeeperError("statement_failed", { ...details, ...adviceFor(server?.code) });
  }
}

/** The role that a migration runs under calls functions of ours. */
function adviceOnPermission(message: string): { action?: string } {
  return message === "permission denied for schema lockkeeper"
    ? {
        action:
          "The role that the step runs under does not see into Lockkeeper's schema. GRANT USAGE ON SCHEMA lockkeeper TO " +
          "that role (or PUBLIC, as Lockkeeper does), then run the command again.",
      }
    : {};
}

/** Where what to do does not follow from the server's message. */
function adviceFor(sqlstate: string | undefined): { action?: string } {
  // invalid_transaction_termination
  return sqlstate === "2D000"
    ? {
        action:
          "A COMMIT or ROLLBACK inside of DO or CALL ends the transaction that holds the step and its journal row. Put " +
          "`-- lockkeeper: transaction each` above the first statement: then the block runs outside of one.",
      }
    : {};
}

function place(failed: ReturnType<PlaceOfFailure>, error: unknown): { at?: Place } {
  if (failed === undefined) {
    return {};
  }
  const server = databaseError(error);
  const relation =
    server?.table === undefined
      ? {}
      : { relation: server.schema === undefined ? server.table : `${server.schema}.${server.table}` };
  return { at: { ...failed, ...relation } };
}

/** The parts of a server error that help; `detail` names the offending row as PostgreSQL does. */
export function serverFacts(server: ReturnType<typeof databaseError>): Record<string, unknown> {
  const facts = {
    sqlstate: server?.code,
    detail: server?.detail,
    hint: server?.hint,
    constraint: server?.constraint,
    column: server?.column,
    where: server?.where,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function reasonOf(error: unknown): string {
  if (error instanceof BatchError) {
    return reasonOf(error.cause);
  }
  return error instanceof Error ? error.message : String(error);
}
