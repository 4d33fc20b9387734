import { expect, test } from "vitest";
import { readProject } from "../../../src/migrations/read-project.ts";
import type { UpResult } from "../../../src/run/up.ts";
import { up } from "../../../src/run/up.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { operationOn } from "../../support/operations.ts";
import { writeProject } from "../../support/project.ts";
import { testRole } from "../../support/role.ts";
import { until } from "../../support/until.ts";

const FILES = { "0001_anew.sql": "-- lockkeeper: mode direct\nREINDEX TABLE CONCURRENTLY t;\n" };

const invalid = (db: TestDatabase): Promise<{ name: string }[]> =>
  db.query("SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid");

const working = (db: TestDatabase): Promise<unknown[]> =>
  db.query(
    "SELECT FROM pg_stat_activity WHERE state = 'active' AND query ~ '[*]/ REINDEX' AND datname = current_database()",
  );

/** The statement is cancelled while it waits for a writer, with its new indexes beside the old ones. */
async function interrupted(db: TestDatabase, url: string): Promise<readonly string[]> {
  const writer = await db.connect();
  await writer.query("BEGIN; INSERT INTO t VALUES (2, 'x')");
  const operation = operationOn({ url });
  const run: Promise<UpResult> = up({ ...operation, migrations: readProject(writeProject(FILES)) });
  const failed = expect(run).rejects.toMatchObject({ code: "statement_failed" });
  await until("the new indexes wait for the writer", async () => (await invalid(db)).length === 2);
  await db.query(
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query ~ 'REINDEX' AND pid <> pg_backend_pid()",
  );
  // What it left is dropped at once, which waits for the writer too.
  await until("the statement has ended", async () => (await working(db)).length === 0);
  await writer.query("COMMIT");
  await failed;
  await up({ ...operation, migrations: readProject(writeProject(FILES)) });
  return operation.events.flatMap((event) => (event.type === "notice" ? [event.message] : []));
}

test("an interrupted REINDEX leaves no invalid index, that of long values (TOAST) neither", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE t (id int PRIMARY KEY, long text)");
  await interrupted(db, db.url);
  expect(await invalid(db)).toEqual([]);
});

test("a role that may not drop the index of long values says who may", async () => {
  await using db = await testDatabase();
  await using role = await testRole(db);
  await db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${role.name};
    CREATE TABLE t (id int PRIMARY KEY, long text); ALTER TABLE t OWNER TO ${role.name}`);
  const notices = await interrupted(db, role.url);
  const [left] = await invalid(db);
  expect(left?.name).toMatch(/^pg_toast\.pg_toast_\d+_index_ccnew$/);
  expect(notices).toContainEqual(expect.stringContaining(`DROP INDEX CONCURRENTLY ${left?.name};`));
});
