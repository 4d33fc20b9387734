import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { onDatabase } from "../runner/fresh-database.ts";
import { type SampleSize, sampleSchema } from "./sample-schema.ts";

const ROWS = 50;
/** Statements a round trip. */
const BATCH = 200;

/** Makes a database of that size with a few rows in each table and statistics about them, and says where it is. */
export async function createSample(server: EmbeddedServer, size: SampleSize): Promise<string> {
  const name = "catalog_sample";
  await onDatabase(server.url(), (admin) => admin.query(`CREATE DATABASE ${name}`));
  const url = server.url(name);
  await onDatabase(url, async (client) => {
    const inserts = Array.from(
      { length: size.tables },
      (_, table) => `INSERT INTO t${table} SELECT generate_series(1, ${ROWS})`,
    );
    const statements = [...sampleSchema(size), ...inserts];
    for (let at = 0; at < statements.length; at += BATCH) {
      await client.query(statements.slice(at, at + BATCH).join(";\n"));
    }
    await client.query("VACUUM ANALYZE");
    await client.query("CHECKPOINT");
  });
  return url;
}
