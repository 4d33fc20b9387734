import type { Session } from "../postgres/session.ts";
import { BEGIN } from "../postgres/transaction.ts";

/** How long a transaction of several messages may stand still between two of them, ms. */
const LONGEST_SILENCE_MS = 5_000;

/**
 * Begins a transaction of several messages. No default of the role cuts it short. When we fall silent in its middle,
 * frozen or killed, the server ends it: others wait for its locks.
 */
export async function begin(session: Session): Promise<void> {
  await session.batch([
    { sql: BEGIN },
    { sql: "SET LOCAL statement_timeout = 0" },
    { sql: "SET LOCAL lock_timeout = 0" },
    { sql: `SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_SILENCE_MS}` },
    { sql: "SET LOCAL client_connection_check_interval = 500" },
  ]);
}
