import type { TestDatabase } from "../support/database.ts";

/** The same database over another connection: that of a test ends when its server is restarted. */
export async function reopenDatabase(db: TestDatabase): Promise<TestDatabase> {
  const client = await db.connect();
  const drop = (): Promise<void> => client.end();
  return {
    ...db,
    query: async (sql, params) => (await client.query(sql, params === undefined ? undefined : [...params])).rows,
    drop,
    [Symbol.asyncDispose]: drop,
  };
}
