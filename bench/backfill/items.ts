import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { onDatabase, settle } from "../runner/fresh-database.ts";

/** What `filled` gets. */
export const VALUE = "total::bigint";

/** Rows of about 180 bytes. @param indexes besides the primary key, none of them on the column that is filled */
const itemsSql = (rows: number, indexes: number): string => `
  CREATE TABLE items (id bigint, total int, filled bigint, a int, b int, c int, d text, e timestamptz, note text);
  INSERT INTO items SELECT n, n % 100000, NULL, hashint4(n::int), hashint4(n::int + 1), n % 1000, md5(n::text),
    timestamptz '2026-01-01' + n * interval '1 s', repeat('x', 60) FROM generate_series(1, ${rows}) AS n;
  ALTER TABLE items ADD PRIMARY KEY (id);
  ${["a", "b", "c", "d", "e"]
    .slice(0, indexes)
    .map((column) => `CREATE INDEX ON items (${column});`)
    .join("\n  ")}`;

/** Makes the table once, in a database that each measurement copies. */
export async function withItems<T>(
  server: EmbeddedServer,
  rows: number,
  indexes: number,
  work: (template: string) => Promise<T>,
): Promise<T> {
  const template = `items_${rows}_${indexes}`;
  await onDatabase(server.url(), (admin) => admin.query(`CREATE DATABASE ${template}`));
  await onDatabase(server.url(template), async (client) => {
    await client.query(itemsSql(rows, indexes));
    await client.query("VACUUM (ANALYZE, FREEZE) items");
  });
  try {
    return await work(template);
  } finally {
    await onDatabase(server.url(), (admin) => admin.query(`DROP DATABASE ${template}`));
  }
}

/** Copies the files of the table, so that each contender finds the same pages. */
export async function withCopy<T>(
  server: EmbeddedServer,
  template: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  await onDatabase(server.url(), (admin) =>
    admin.query(`CREATE DATABASE measured TEMPLATE ${template} STRATEGY file_copy`),
  );
  try {
    await settle(server);
    return await work(server.url("measured"));
  } finally {
    await onDatabase(server.url(), (admin) => admin.query("DROP DATABASE measured WITH (FORCE)"));
  }
}
