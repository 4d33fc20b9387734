import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { onServer } from "../on-server.ts";

/** How long a server may be away before nothing is asked of it any more, ms. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

/** True for what is refused because the connection or the server went away. */
export function isGone(error: unknown): boolean {
  const { code = "", message = String(error) } = error as Partial<pg.DatabaseError>;
  return (
    /^(08...|57P0[123]|ECONN(REFUSED|RESET)|EPIPE)$/.test(code) ||
    /Connection terminated|not queryable|closed the connection/.test(message)
  );
}

/**
 * Asks on a connection of its own, and once more when the server went away meanwhile.
 *
 * @param work may be done again where its answer was lost
 */
export async function askAgain<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const begun = performance.now();
  for (;;) {
    try {
      return await onServer(url, work);
    } catch (error) {
      if (!isGone(error) || performance.now() - begun > PATIENCE_MS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
