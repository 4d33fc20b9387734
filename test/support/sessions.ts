import type { TestDatabase } from "./database.ts";
import { until } from "./until.ts";

export interface SessionRow extends Record<string, unknown> {
  readonly pid: number;
  readonly application: string;
  readonly state: string;
  readonly query: string;
  readonly wait: string | null;
}

/** Sessions of runners in this database. */
export async function runnerSessions(db: TestDatabase): Promise<SessionRow[]> {
  return await db.query<SessionRow>(
    `SELECT pid, application_name AS application, state, query, wait_event AS wait
     FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper%' ORDER BY pid`,
  );
}

/** A runner's session at work whose wait event and message match; of a long message the server shows the beginning. */
export async function workingOn(db: TestDatabase, pattern: RegExp): Promise<SessionRow> {
  return await until(`a session works on ${pattern}`, async () =>
    (await runnerSessions(db)).find(({ wait, query }) => pattern.test(`${wait} ${query}`)),
  );
}

/** Locks that anybody but us holds or waits for on the relations of this database. */
export async function foreignLocks(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ line: string }>(
    `SELECT concat(relation::regclass, ' ', mode, ' ', granted, ' ', pid) AS line FROM pg_locks
     WHERE locktype = 'relation' AND pid <> pg_backend_pid() AND relation >= 16384
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ line }) => line);
}
