import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Direction } from "../plan/plan.ts";
import { databaseError } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { newerState, STATE_VERSION } from "./state/install-state.ts";

export interface AppliedMigration {
  readonly id: string;
  readonly checksum: string;
  readonly origin: "run" | "baseline" | "adopt";
  readonly adoptedFrom: string | null;
  readonly runId: number | null;
  readonly appliedAt: string;
  readonly durationMs: number | null;
  readonly fileGone: boolean;
  /** Whether what the migration left standing for those who still use it waits for `lockkeeper contract`; null where there is none. */
  readonly contract: "waiting" | "done" | null;
}

/** As it is recorded, but for `interrupted`: it was begun, and the runner that had it is gone without a word. */
export type RunState =
  | "queued"
  | "running"
  | "interrupted"
  | "paused"
  | "failed"
  | "aborted"
  | "done"
  | "undone"
  | "superseded";

/**
 * The state of the run `r`. A runner that is killed records nothing, and a short run is not marked as running: whether
 * one is in hand is told by its steps and by the lease.
 */
export const RUN_STATE = `CASE WHEN r.state = 'running' OR r.state = 'queued'
    AND EXISTS (SELECT FROM lockkeeper.step AS begun WHERE begun.run_id = r.id)
  THEN CASE WHEN EXISTS (SELECT FROM lockkeeper.lease AS l WHERE l.holder IS NOT NULL
      AND l.expires_at > clock_timestamp() AND l.token = coalesce(r.token, l.token)) THEN 'running' ELSE 'interrupted' END
  ELSE r.state END`;

export interface UnfinishedRun {
  readonly id: number;
  readonly migration: string;
  readonly direction: Direction;
  readonly state: RunState;
  readonly checksum: string;
  readonly undoes: number | null;
  /** Of the runner that marked it last; null where none did. */
  readonly token: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** How many steps its plan has. */
  readonly steps: number;
  /** Ordinals (from 0) of steps that are done, and of the one that was announced but not finished. */
  readonly done: readonly number[];
  readonly started: readonly { readonly ordinal: number; readonly probe: unknown }[];
}

export interface LeaseState {
  readonly holder: string;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly acquiredAt: string;
  readonly expiresAt: string;
  readonly alive: boolean;
  readonly request: "pause" | "abort" | null;
}

/** What the database says of itself and of its history; one round trip. */
export interface DatabaseState {
  readonly database: string;
  readonly serverVersion: number;
  readonly readOnly: boolean;
  readonly inRecovery: boolean;
  /** False when Lockkeeper has never run here. */
  readonly installed: boolean;
  readonly version: number;
  readonly floor: string | null;
  /** In the order of their application. */
  readonly applied: readonly AppliedMigration[];
  readonly unfinished: readonly UnfinishedRun[];
  readonly lease: LeaseState | null;
}

const SERVER = `'database', current_database(), 'serverVersion', current_setting('server_version_num')::int,
  'inRecovery', pg_is_in_recovery(), 'readOnly', pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'`;

const STATE = `SELECT json_build_object(${SERVER}, 'installed', true, 'version', m.version, 'floor', m.floor,
  'applied', (SELECT coalesce(json_agg(json_build_object('id', id, 'checksum', checksum, 'origin', origin,
      'adoptedFrom', adopted_from, 'runId', run_id, 'appliedAt', applied_at, 'durationMs', duration_ms,
      'fileGone', file_gone, 'contract', contract) ORDER BY position), '[]') FROM lockkeeper.migration),
  'unfinished', (SELECT coalesce(json_agg(json_build_object('id', r.id, 'migration', r.migration_id,
      'direction', r.direction, 'state', ${RUN_STATE}, 'checksum', r.checksum, 'undoes', r.undoes, 'token', r.token, 'error', r.error,
      'steps', jsonb_array_length(r.plan -> 'steps'),
      'done', (SELECT coalesce(json_agg(s.ordinal ORDER BY s.ordinal), '[]') FROM lockkeeper.step AS s
        WHERE s.run_id = r.id AND s.state = 'done'),
      'started', (SELECT coalesce(json_agg(json_build_object('ordinal', s.ordinal, 'probe', s.probe)), '[]')
        FROM lockkeeper.step AS s WHERE s.run_id = r.id AND s.state = 'started')) ORDER BY r.id), '[]')
    FROM lockkeeper.run AS r WHERE r.state IN ('queued', 'running', 'paused', 'failed', 'aborted')),
  'lease', (SELECT json_build_object('holder', holder, 'details', details, 'acquiredAt', acquired_at,
      'expiresAt', expires_at, 'alive', expires_at > clock_timestamp(), 'request', request)
    FROM lockkeeper.lease WHERE holder IS NOT NULL)) AS state FROM lockkeeper.meta AS m`;

const FACTS = `SELECT json_build_object(${SERVER}, 'installed', false, 'version', 0, 'floor', null, 'applied', '[]'::json,
  'unfinished', '[]'::json, 'lease', null) AS state`;

/** Oldest server that `client_connection_check_interval` exists on. */
const OLDEST_SERVER = 140_000;

/**
 * @throws LockkeeperError `state_newer`, `server_unsupported`, `permission_denied`
 */
export async function readState(session: Session): Promise<DatabaseState> {
  const state = await readInstalled(session);
  requireSupported(state.serverVersion);
  if (state.version > STATE_VERSION) {
    throw newerState(state.version);
  }
  return state;
}

/**
 * @param serverVersion `server_version_num`
 * @throws LockkeeperError `server_unsupported`
 */
export function requireSupported(serverVersion: number): void {
  if (serverVersion < OLDEST_SERVER) {
    throw new LockkeeperError("server_unsupported", {
      message: `This server is PostgreSQL ${Math.floor(serverVersion / 10_000)}.`,
    });
  }
}

async function readInstalled(session: Session, isRetry = false): Promise<DatabaseState> {
  try {
    const [row] = await session.query<{ state: DatabaseState }>(STATE);
    if (row !== undefined) {
      return row.state;
    }
  } catch (error) {
    if (await isThereNow(session, error)) {
      // Another process installed it between the two questions.
      if (!isRetry) {
        return await readInstalled(session, true);
      }
      throw foreignState("what Lockkeeper keeps there is not all there", error);
    }
  }
  const [row] = await session.query<{ state: DatabaseState }>(FACTS);
  if (row === undefined) {
    throw new LockkeeperError("internal", { message: "The server answered nothing to a question about itself." });
  }
  return row.state;
}

/** Whether the state schema is there, in a version that we know, although it could not be read just now. */
async function isThereNow(session: Session, error: unknown): Promise<boolean> {
  const code = databaseError(error)?.code;
  if (code === "42501") {
    throw new LockkeeperError("permission_denied", {
      message: `This role may not read the schema lockkeeper: ${databaseError(error)?.message}.`,
      action: "Connect as the role that runs the migrations.",
      cause: error,
    });
  }
  if (!isMissing(code)) {
    throw error;
  }
  // A newer state may have other columns; its version number stays where it is in all versions.
  const [found] = await session.query<{ meta: boolean }>("SELECT to_regclass('lockkeeper.meta') IS NOT NULL AS meta");
  if (found?.meta !== true) {
    return false;
  }
  const version = await readVersion(session);
  if (version !== undefined && version > STATE_VERSION) {
    throw newerState(version);
  }
  return true;
}

async function readVersion(session: Session): Promise<number | undefined> {
  try {
    return (await session.query<{ version: number }>("SELECT version FROM lockkeeper.meta"))[0]?.version;
  } catch (error) {
    throw isMissing(databaseError(error)?.code) ? foreignState("its table meta is not ours", error) : error;
  }
}

/** Undefined table, schema or column. */
function isMissing(code: string | undefined): boolean {
  return code === "42P01" || code === "3F000" || code === "42703";
}

function foreignState(reason: string, cause: unknown): LockkeeperError {
  return new LockkeeperError("state_foreign", {
    message: `There is a schema lockkeeper, but ${reason}: ${databaseError(cause)?.message}.`,
    notDone: "It was not touched.",
    cause,
  });
}
