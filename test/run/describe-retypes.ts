import { describe, expect, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import type { OnlineCase } from "../online/online-case.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0 };

/** The rows of all tables of the application, by the names of their columns. */
async function rowsIn(db: TestDatabase): Promise<readonly string[]> {
  const tables = await db.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname !~ '^pg_|^information_schema$|^lockkeeper$' ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await db.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t ORDER BY 1`);
    found.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return found;
}

const fingerprint = async (db: TestDatabase, snapshot?: "open transaction"): Promise<string> =>
  catalogFingerprint(
    await readCatalog(
      <R extends object>(sql: string, params?: readonly unknown[]) =>
        db.query(sql, params) as Promise<unknown> as Promise<R[]>,
      snapshot === undefined ? {} : { snapshot },
    ),
    { columnOrder: false },
  );

/** The catalog and the rows that the migration leaves as it is written; then all is as it was. */
async function asWritten(db: TestDatabase, migration: string) {
  await db.query(`BEGIN; ${migration}; SET LOCAL TimeZone = 'UTC'`);
  const found = { catalog: await fingerprint(db, "open transaction"), rows: await rowsIn(db) };
  await db.query("ROLLBACK; RESET ALL");
  return found;
}

/** @param serverUrl absent: the run's server */
export function describeRetypes(cases: readonly OnlineCase[], serverUrl?: () => string): void {
  describe("a type that is changed by a second column", () => {
    test.each(cases)("$name: down gives all back, contract ends where the statement does", async (one) => {
      const { given, migration, asWritten: equal = migration, wrong } = one;
      await using db = await testDatabase(serverUrl?.());
      await db.query(given);
      await db.query("ANALYZE");
      const written = await asWritten(db, equal);
      const before = { schema: await applicationSchema(db), rows: await rowsIn(db) };
      const folder = writeProject({ "0001_it.sql": migration });
      const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
      await applyAll(db, folder, { policy: POLICY });
      expect(await db.query("SELECT FROM lockkeeper.step WHERE kind = 'sweep' AND state = 'done'")).not.toEqual([]);
      expect(wrong === undefined ? [] : await db.query(wrong)).toEqual([]);
      await down(options);
      expect(await applicationSchema(db)).toEqual(before.schema);
      expect(await rowsIn(db)).toEqual(before.rows);
      await applyAll(db, folder, { policy: POLICY });
      await contract(options);
      expect(await rowsIn(db)).toEqual(written.rows);
      expect(await fingerprint(db)).toEqual(written.catalog);
      expect(await db.query("SELECT proname FROM pg_proc WHERE proname LIKE 'sync_%'")).toEqual([]);
    });
  });
}
