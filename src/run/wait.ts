import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { pause } from "../postgres/pause.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import { Connection } from "./connection.ts";
import type { EmitEvent } from "./events.ts";
import type { Stop } from "./stop.ts";

export interface WaitOptions {
  readonly url: string;
  /** The migration that must be in force. */
  readonly id: string;
  readonly timeoutMs: number;
  /** Pause between two looks, ms; 500 when undefined. */
  readonly pollMs?: number;
  readonly emit: EmitEvent;
  readonly stop: Stop;
}

export interface WaitResult {
  readonly id: string;
  readonly appliedAt: string;
  readonly waitedMs: number;
}

/** What stands in the way, as seen at the last look. */
interface Sight {
  readonly appliedAt: string | null;
  readonly inForce: number;
  readonly newest: string | null;
  /** An unfinished run of the migration. */
  readonly run: { readonly id: number; readonly state: string } | null;
}

// Columns that applications may read keep their meaning in newer state schemas, so this asks for no version.
const SIGHT = `SELECT json_build_object(
  'appliedAt', (SELECT applied_at FROM lockkeeper.migration WHERE id = $1),
  'inForce', (SELECT count(*) FROM lockkeeper.migration),
  'newest', (SELECT id FROM lockkeeper.migration ORDER BY position DESC LIMIT 1),
  'run', (SELECT json_build_object('id', id, 'state', state) FROM lockkeeper.run
    WHERE migration_id = $1 AND state IN ('queued', 'running', 'paused', 'failed', 'aborted')
    ORDER BY id DESC LIMIT 1)) AS sight`;

/**
 * Waits until a migration is in force, for programs that start beside the one that migrates. Bears a database that is
 * not up, not created or not yet known to Lockkeeper. Needs no privilege beyond connecting.
 *
 * @throws LockkeeperError `wait_timeout` that says what is there, `interrupted`, `database_auth_failed`,
 *   `database_url_invalid`, `permission_denied`
 */
export async function waitFor(options: WaitOptions): Promise<WaitResult> {
  const begun = performance.now();
  const waitedMs = (): number => Math.round(performance.now() - begun);
  await using connection = new Connection(options.url, { connectTimeoutMs: 5_000 });
  let told: string | undefined;
  for (;;) {
    const seen = await look(connection, options.id);
    if (!(seen instanceof LockkeeperError) && seen.appliedAt !== null) {
      return { id: options.id, appliedAt: seen.appliedAt, waitedMs: waitedMs() };
    }
    const what = seen instanceof LockkeeperError ? seen.message : describe(options.id, seen);
    if (options.stop.requested) {
      throw new LockkeeperError("interrupted", { message: `Interrupted while waiting: ${what}` });
    }
    if (waitedMs() >= options.timeoutMs) {
      throw new LockkeeperError("wait_timeout", {
        message: `${options.id} is not in force after ${Math.round(options.timeoutMs / 1000)} s: ${what}`,
        data: { id: options.id, ...(seen instanceof LockkeeperError ? { error: seen.toJSON() } : seen) },
      });
    }
    if (what !== told) {
      options.emit({ type: "notice", message: `Waiting for ${options.id}: ${what}` });
      told = what;
    }
    await pause(Math.min(options.pollMs ?? 500, Math.max(0, options.timeoutMs - waitedMs())), options.stop.soon);
  }
}

/** Failures that may pass are returned; those that waiting does not mend are thrown. */
async function look(connection: Connection, id: string): Promise<Sight | LockkeeperError> {
  try {
    const session = await connection.session();
    const [row] = await session.query<{ sight: Sight }>(SIGHT, [id]);
    return row?.sight ?? NOTHING;
  } catch (error) {
    if (error instanceof LockkeeperError) {
      if (error.code === "database_unavailable" || error.code === "database_missing") {
        return error;
      }
      throw error;
    }
    const code = databaseError(error)?.code;
    if (code === "42P01" || code === "3F000") {
      return NOTHING;
    }
    if (failureKind(error) === "permission") {
      throw new LockkeeperError("permission_denied", {
        message: `This role may not read the history: ${databaseError(error)?.message}.`,
        cause: error,
      });
    }
    connection.destroy();
    return new LockkeeperError("database_unavailable", {
      message: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

const NOTHING: Sight = { appliedAt: null, inForce: 0, newest: null, run: null };

function describe(id: string, { inForce, newest, run }: Sight): string {
  const there = newest === null ? "no migration is in force" : `${inForce} are in force, the newest is ${newest}`;
  return `${there}${run === null ? "" : `; run ${run.id} of ${id} is ${run.state}`}.`;
}
