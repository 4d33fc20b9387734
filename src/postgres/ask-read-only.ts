import type { Session } from "./session.ts";

/** A query that the user wrote. */
export interface UsersQuery {
  readonly sql: string;
  readonly params?: readonly unknown[];
  readonly timeoutMs: number;
}

/**
 * Asks a query of the user's in a transaction that may only read. With parameters, be they none, the server takes one
 * statement alone: a text of several could end the transaction and write behind it.
 *
 * @throws the driver's error; no transaction is open then either
 */
export async function askReadOnly(
  session: Session,
  { sql, params = [], timeoutMs }: UsersQuery,
): Promise<readonly Record<string, unknown>[]> {
  try {
    await session.batch([{ sql: "BEGIN READ ONLY" }, { sql: `SET LOCAL statement_timeout = ${timeoutMs}` }]);
    return await session.query(sql, params);
  } finally {
    await session.rollback();
  }
}
