import pg from "pg";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import type { Contender } from "./contender.ts";
import type { CreatedObject, SmallMigration } from "./small-migrations.ts";

export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Lends an empty database, whose name begins as given. It stays until the server goes: ext4 does not hand out the inodes of files that were removed
 * seconds ago, and searches past them for every file it creates, which whoever comes next would pay for.
 */
export async function withFreshDatabase<T>(
  server: EmbeddedServer,
  name: string,
  work: (database: string) => Promise<T>,
): Promise<T> {
  made += 1;
  const database = `${name}_${made}`;
  await onDatabase(server.url(), (admin) => admin.query(`CREATE DATABASE ${database}`));
  return await work(database);
}

let made = 0;

/** Writes out what earlier measurements left behind, so that nobody pays for the contender before it. */
export async function settle(server: EmbeddedServer): Promise<void> {
  await onDatabase(server.url(), (admin) => admin.query("CHECKPOINT"));
}

const OBJECT_COUNTS: Readonly<Record<CreatedObject["kind"], string>> = {
  table: "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
  index:
    "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace AND indisvalid",
  constraint:
    "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND convalidated",
  column:
    "SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped",
};

/**
 * Proves that a contender did the work: its own history has every migration, and every object of the list exists.
 *
 * @throws Error that says what is missing
 */
export async function verifyApplied(
  url: string,
  contender: Contender,
  migrations: readonly SmallMigration[],
): Promise<void> {
  await onDatabase(url, async (client) => {
    const wanted = migrations.flatMap((migration) => migration.statements.map((statement) => statement.creates));
    for (const [kind, query] of Object.entries(OBJECT_COUNTS)) {
      const names = wanted.filter((object) => object.kind === kind).map((object) => object.name);
      const missing = await client.query<{ name: string }>(
        `SELECT name FROM unnest($1::text[]) AS name EXCEPT (${query}) ORDER BY name`,
        [names],
      );
      const first = missing.rows[0];
      if (first !== undefined) {
        throw new Error(`did not do the work: ${missing.rows.length} ${kind} objects are missing, first ${first.name}`);
      }
    }
    if (contender.appliedCount !== undefined) {
      const result = await client.query<[unknown]>({ text: contender.appliedCount, rowMode: "array" });
      const applied = Number(result.rows[0]?.[0] ?? 0);
      if (applied !== migrations.length) {
        throw new Error(`did not record the work: its history has ${applied} of ${migrations.length} migrations`);
      }
    }
  });
}
