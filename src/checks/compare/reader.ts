import { databaseError, failureKind } from "../../postgres/server-error.ts";
import { connect, type Session } from "../../postgres/session.ts";
import { READING_SETTINGS } from "./reading-settings.ts";

/** Several sessions that see a database as it was at one moment, whatever is written meanwhile. */
export interface Reader extends AsyncDisposable {
  readonly url: string;
  readonly sessions: readonly Session[];
  /** By which further sessions may see the same. */
  readonly snapshot: string;
}

export interface ReaderOptions {
  /** How many sessions. */
  readonly sessions: number;
  /** ms; how long a lock that somebody holds is waited for. */
  readonly lockTimeoutMs: number;
  /** ms; how long one question may take. */
  readonly timeoutMs: number;
  /** One that may be of this very database: taken where it is, so that both see the same moment. */
  readonly snapshot?: string;
}

/**
 * Opens read-only transactions that share one snapshot. They take no lock that keeps anybody from writing; as long as they
 * last, VACUUM keeps what was deleted since.
 *
 * @throws LockkeeperError of `connect`
 */
export async function openReader(url: string, options: ReaderOptions): Promise<Reader> {
  const sessions: Session[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(sessions.map((session) => session.end()));
  };
  const open = async (snapshot: string | undefined): Promise<Session> => {
    const session = await connect(url, { applicationName: "lockkeeper verify" });
    const settings = [
      { sql: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" },
      ...(snapshot === undefined ? [] : [{ sql: `SET TRANSACTION SNAPSHOT '${snapshot}'` }]),
      ...READING_SETTINGS.map((sql) => ({ sql })),
      { sql: `SET LOCAL lock_timeout = ${options.lockTimeoutMs}` },
      { sql: `SET LOCAL statement_timeout = ${options.timeoutMs}` },
      // A side waits while the other one reads.
      { sql: "SET LOCAL idle_in_transaction_session_timeout = 0" },
      { sql: "SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'" },
      // A question ends with the one who asked.
      { sql: "SET LOCAL client_connection_check_interval = 500" },
    ];
    try {
      await session.batch(settings);
    } catch (error) {
      await session.end();
      throw error;
    }
    sessions.push(session);
    return session;
  };
  try {
    const first = await openFirst(open, options.snapshot);
    const [row] = await first.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
    const snapshot = row?.snapshot ?? "";
    for (let more = 1; more < options.sessions; more++) await open(snapshot);
    return { url, sessions, snapshot, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Only the database that a snapshot is of takes it. */
async function openFirst(
  open: (snapshot: string | undefined) => Promise<Session>,
  snapshot: string | undefined,
): Promise<Session> {
  if (snapshot === undefined) return await open(undefined);
  try {
    return await open(snapshot);
  } catch (error) {
    if (databaseError(error)?.code === undefined || failureKind(error) === "connection") throw error;
    return await open(undefined);
  }
}
