import { connect, type Session } from "../../postgres/session.ts";

/** ms that anything waits for the lock of a table that somebody has locked against readers. */
export const LOCK_WAIT_MS = 60_000;

/**
 * A session in a read-only transaction, that may last. When we are killed the server ends its statement within half a
 * second, and with it what the transaction holds.
 *
 * @param snapshot name of an exported one; one of its own when undefined
 * @throws LockkeeperError of `connect`; the driver's error
 */
export async function openReading(url: string, snapshot?: string): Promise<Session> {
  const session = await connect(url, { applicationName: "lockkeeper backup" });
  try {
    // Not every platform can tell that its client is gone.
    await session.query("SET client_connection_check_interval = 500").catch(() => {});
    await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (snapshot !== undefined) await session.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`);
    await session.query(
      `SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`,
    );
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}
