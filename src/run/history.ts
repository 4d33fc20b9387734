import type { ErrorReport } from "../errors/lockkeeper-error.ts";
import type { Direction } from "../plan/plan.ts";
import { connect, type Session } from "../postgres/session.ts";
import type { ObservedLock } from "./events.ts";
import { RUN_STATE, type RunState, readState } from "./read-state.ts";

export interface HistoryOptions {
  readonly url: string;
  /** How many runs at most; 20 when undefined. */
  readonly limit?: number;
  /** Only runs of this migration. */
  readonly migration?: string;
}

export interface StepRecord {
  /** From 1. */
  readonly step: number;
  readonly kind: string;
  readonly title: string;
  readonly state: "started" | "done";
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** From its beginning to its end; null where it is not finished, or was interrupted. */
  readonly durationMs: number | null;
  /** Begun by one runner and ended by another: nobody knows for how long it stood still in between. */
  readonly wasInterrupted: boolean;
  /** Null where the step is not finished. */
  readonly attempts: number | null;
  /** ms spent in attempts that ended at the lock timeout, and between them. */
  readonly lockWaitMs: number | null;
  readonly locks: readonly ObservedLock[];
}

export interface RunRecord {
  readonly run: number;
  readonly migration: string;
  readonly direction: Direction;
  readonly state: RunState;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** From its beginning to its end, with what it stood still in between. */
  readonly durationMs: number | null;
  /** Whether one runner began it and another one went on. */
  readonly wasInterrupted: boolean;
  /** Who ran it; of several the last one. Null before it has a step behind it. */
  readonly holder: string | null;
  /** How many steps its plan has. */
  readonly plannedSteps: number;
  /** The run that this one takes back. */
  readonly undoes: number | null;
  readonly error: ErrorReport | null;
  readonly steps: readonly StepRecord[];
  /** Gates that did not hold, and were passed by. */
  readonly overrides: readonly RunOverride[];
}

export interface RunOverride {
  readonly gate: string;
  readonly because: string;
  readonly actor: string;
}

/** A run of one step begins with that step; only longer ones were marked as running. */
const RUNS = `SELECT r.id::float8 AS run, r.migration_id AS migration, r.direction, ${RUN_STATE} AS state, to_json(r.queued_at) AS "queuedAt",
  to_json(t.started_at) AS "startedAt", to_json(r.finished_at) AS "finishedAt",
  round(extract(epoch FROM r.finished_at - t.started_at) * 1000)::float8 AS "durationMs",
  coalesce(s.interrupted, false) AS "wasInterrupted", r.holder,
  jsonb_array_length(r.plan -> 'steps') AS "plannedSteps", r.undoes::float8 AS undoes, r.error,
  coalesce(s.steps, '[]') AS steps,
  (SELECT coalesce(json_agg(json_build_object('gate', a.subject, 'because', a.reason, 'actor', a.actor) ORDER BY a.id), '[]')
    FROM lockkeeper.audit AS a WHERE a.action = 'override' AND a.detail -> 'runs' @> to_jsonb(r.id)) AS overrides
FROM lockkeeper.run AS r
LEFT JOIN LATERAL (
  SELECT min(s.started_at) AS started_at, count(DISTINCT s.token) > 1 OR bool_or(s.facts ? 'interrupted') AS interrupted,
    json_agg(json_build_object('step', s.ordinal + 1, 'kind', s.kind, 'title', s.title,
    'state', s.state, 'startedAt', s.started_at, 'finishedAt', s.finished_at,
    'durationMs', CASE WHEN NOT coalesce(s.facts ? 'interrupted', false)
      THEN round(extract(epoch FROM s.finished_at - s.started_at) * 1000) END,
    'wasInterrupted', coalesce(s.facts ? 'interrupted', false),
    'attempts', s.facts -> 'attempts', 'lockWaitMs', s.facts -> 'lockWaitMs',
    'locks', coalesce(s.locks, s.facts -> 'locks', '[]')) ORDER BY s.ordinal) AS steps
  FROM lockkeeper.step AS s WHERE s.run_id = r.id) AS s ON true
CROSS JOIN LATERAL (SELECT least(r.started_at, s.started_at) AS started_at) AS t
WHERE $2::text IS NULL OR r.migration_id = $2
ORDER BY r.id DESC LIMIT $1`;

/**
 * What was run here, newest first. Empty where Lockkeeper has never run.
 *
 * @throws LockkeeperError those of connecting, `state_newer`, `server_unsupported`, `permission_denied`
 */
export async function history(options: HistoryOptions): Promise<readonly RunRecord[]> {
  await using session = await connect(options.url);
  const { installed } = await readState(session);
  return installed ? await readRuns(session, options) : [];
}

function readRuns(session: Session, { limit = 20, migration }: HistoryOptions): Promise<RunRecord[]> {
  return session.query<RunRecord>(RUNS, [limit, migration ?? null]);
}
