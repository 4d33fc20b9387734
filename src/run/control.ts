import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { connect, type Session } from "../postgres/session.ts";
import type { SweepPolicy } from "../sweep/sweep-policy.ts";
import { recordDecision } from "./audit.ts";
import { hasProgress } from "./prepare.ts";
import { readState, type UnfinishedRun } from "./read-state.ts";
import { requireWritable } from "./require-writable.ts";
import { type OperationOptions, underLease } from "./under-lease.ts";

export interface ControlOptions extends OperationOptions {
  readonly reason?: string;
}

/** What became of a request: a live runner was told, or the runs that a dead one left were marked. */
export type ControlResult =
  | { readonly kind: "requested"; readonly holder: string; readonly token: number }
  | { readonly kind: "marked"; readonly runs: readonly { readonly run: number; readonly migration: string }[] };

/**
 * Asks the runner at work to pause after its step, or its batch. `resume` lets it go on.
 *
 * @throws LockkeeperError `run_not_found` where no runner is at work
 */
export async function requestPause(options: ControlOptions): Promise<ControlResult> {
  const asked = await request(options, "pause");
  if (asked === undefined) {
    throw new LockkeeperError("run_not_found", {
      message: "No runner is at work in this database, so there is nothing to pause.",
      notDone: "Nothing was changed.",
    });
  }
  return asked;
}

/**
 * Asks the runner at work to cancel its statement and stop. Where none is at work, the runs that one left half done
 * are marked, so that `up` does not go on with them until somebody decides.
 *
 * @throws LockkeeperError `run_not_found` where no runner is at work and no run is half done
 */
export async function requestAbort(options: ControlOptions): Promise<ControlResult> {
  const asked = await request(options, "abort");
  if (asked !== undefined) {
    return asked;
  }
  const marked = await underLease(
    options,
    "abort",
    async (_session, state) => {
      const left = state.unfinished.filter((run) => hasProgress(run) && run.state !== "aborted");
      return left.length === 0 ? undefined : left;
    },
    (session, left) => markAborted(session, left, options),
  );
  if (marked === undefined) {
    throw new LockkeeperError("run_not_found", {
      message: "No runner is at work in this database, and no run is half done.",
      notDone: "Nothing was changed.",
    });
  }
  return marked;
}

/** How sweeps are to behave from now on; null: as the policy of their runner says. */
export type Throttle = Partial<Pick<SweepPolicy, "workers" | "batchMs" | "nice">> | null;

/** What holds of a run from its next batch on. */
export interface ThrottleResult {
  readonly run: number;
  readonly migration: string;
  readonly throttle: Throttle;
}

/**
 * Tells the run at work how its sweeps are to behave, until it is done: what is not named stays as it was told before.
 *
 * @throws LockkeeperError `run_not_found` where no run is at work
 */
export async function requestThrottle(options: ControlOptions, throttle: Throttle): Promise<ThrottleResult> {
  await using session = await connect(options.url);
  const state = await readState(session);
  if (state.installed) requireWritable(state);
  const told = state.installed ? await changeThrottle(session, options, throttle) : undefined;
  if (told === undefined) {
    throw new LockkeeperError("run_not_found", {
      message: "No run is at work in this database, so there is no sweep to throttle.",
      notDone: "Nothing was changed.",
    });
  }
  return told;
}

async function changeThrottle(
  session: Session,
  { reason, actor }: ControlOptions,
  throttle: Throttle,
): Promise<ThrottleResult | undefined> {
  await session.query("BEGIN");
  try {
    const [told] = await session.query<ThrottleResult & { before: Throttle }>(
      `UPDATE lockkeeper.run AS r SET throttle = CASE WHEN $1::jsonb IS NULL THEN NULL
         WHEN $1 = '{}' THEN r.throttle ELSE coalesce(r.throttle, '{}') || $1 END
       FROM lockkeeper.run AS b, lockkeeper.lease AS l
       WHERE b.id = r.id AND r.state IN ('running', 'paused') AND l.holder IS NOT NULL
         AND l.expires_at > clock_timestamp() AND r.token = l.token
       RETURNING r.id::float8 AS run, r.migration_id AS migration, r.throttle, b.throttle AS before`,
      [throttle === null ? null : JSON.stringify(throttle)],
    );
    if (told !== undefined && JSON.stringify(told.before) !== JSON.stringify(told.throttle)) {
      const { before, ...after } = told;
      const detail = { run: after.run, from: before, to: after.throttle };
      await recordDecision(session, { action: "throttle", subject: after.migration, reason, detail, actor });
    }
    await session.query("COMMIT");
    return told === undefined ? undefined : { run: told.run, migration: told.migration, throttle: told.throttle };
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

/** The runner sees the request at its next heartbeat. An abort is not softened into a pause. */
async function request(options: ControlOptions, action: "pause" | "abort"): Promise<ControlResult | undefined> {
  await using session = await connect(options.url);
  const state = await readState(session);
  if (!state.installed) {
    return undefined;
  }
  requireWritable(state);
  await session.query("BEGIN");
  try {
    const [told] = await session.query<{ holder: string; token: number }>(
      `UPDATE lockkeeper.lease SET request = CASE WHEN request = 'abort' THEN request ELSE $1 END,
         requested_by = coalesce($2, session_user)
       WHERE holder IS NOT NULL AND expires_at > clock_timestamp() RETURNING holder, token::float8 AS token`,
      [action, options.actor ?? null],
    );
    if (told !== undefined) {
      await recordDecision(session, {
        action,
        subject: told.holder,
        reason: options.reason,
        detail: { ...told },
        actor: options.actor,
      });
    }
    await session.query("COMMIT");
    return told === undefined ? undefined : { kind: "requested", ...told };
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

async function markAborted(
  session: Session,
  left: readonly UnfinishedRun[],
  options: ControlOptions,
): Promise<ControlResult> {
  await session.query(
    "UPDATE lockkeeper.run SET state = 'aborted', finished_at = clock_timestamp() WHERE id = ANY ($1)",
    [left.map(({ id }) => id)],
  );
  for (const { id, migration, state } of left) {
    await recordDecision(session, {
      action: "abort",
      subject: migration,
      reason: options.reason,
      detail: { run: id, from: state, to: "aborted" },
      actor: options.actor,
    });
  }
  return { kind: "marked", runs: left.map(({ id, migration }) => ({ run: id, migration })) };
}
