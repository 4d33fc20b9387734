import type { TestDatabase } from "./database.ts";
import { schemaSnapshot } from "./schema-snapshot.ts";

/**
 * Everything in a database that a runner may change: its schema, its rows and the journal. The lease is left out: to
 * take it and give it back changes nothing.
 */
export async function picture(db: TestDatabase): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables = await db.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND c.oid IS DISTINCT FROM to_regclass('lockkeeper.lease') ORDER BY 1`,
  );
  const rows: Record<string, readonly string[]> = {};
  for (const { name } of tables) {
    const found = await db.query<{ line: string }>(`SELECT t::text AS line FROM ${name} AS t ORDER BY 1`);
    rows[name] = found.map(({ line }) => line);
  }
  return { schema: await schemaSnapshot((sql) => db.query(sql)), ...rows };
}

/** The schema of the application, without the state schema and without what is not in the database alone. */
export async function applicationSchema(db: TestDatabase): Promise<string[]> {
  const lines = await schemaSnapshot((sql) => db.query(sql));
  return lines.filter((line) => !line.includes("lockkeeper") && !/^(database|role) /.test(line));
}
