import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { onDatabase } from "../runner/fresh-database.ts";
import { factsOf } from "./facts.ts";
import { changedModel } from "./sample-changes.ts";
import { sampleDdl } from "./sample-ddl.ts";
import { ROLES, type Sample, type SampleSize, sampleModel } from "./sample-model.ts";

/** A schema as a database, as a file alone in its folder, and as what the server says of it. */
export interface SampleDatabase {
  readonly name: string;
  readonly file: string;
  readonly facts: ReadonlyMap<string, string>;
}

export interface SampleDatabases {
  readonly before: SampleDatabase;
  /** Made like `before`, and not from it: nothing in it has the same OID. */
  readonly same: SampleDatabase;
  readonly after: SampleDatabase;
}

/** Statements a round trip. */
const BATCH = 200;

export async function createSampleDatabases(
  server: EmbeddedServer,
  size: SampleSize,
  workspace: string,
): Promise<SampleDatabases> {
  await onDatabase(server.url(), async (admin) => {
    for (const role of ROLES) await admin.query(`CREATE ROLE ${role}`);
  });
  const create = async (name: string, sample: Sample): Promise<SampleDatabase> => {
    const statements = [...sampleDdl(sample)];
    const folder = join(workspace, name);
    mkdirSync(folder);
    const file = join(folder, "schema.sql");
    writeFileSync(file, statements.map((sql) => `${sql};\n`).join(""));
    await onDatabase(server.url(), (admin) => admin.query(`CREATE DATABASE ${name}`));
    return await onDatabase(server.url(name), async (client) => {
      for (let at = 0; at < statements.length; at += BATCH) {
        await client.query(statements.slice(at, at + BATCH).join(";\n"));
      }
      await client.query("VACUUM ANALYZE");
      return { name, file, facts: await factsOf(client) };
    });
  };
  const before = await create("before", sampleModel(size));
  const after = await create("after", changedModel(size));
  return { before, after, same: await create("same", sampleModel(size)) };
}
