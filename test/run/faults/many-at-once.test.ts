import { expect, inject, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { startPgbouncer, WITHOUT_PGBOUNCER } from "../../support/pgbouncer.ts";
import { writeProject } from "../../support/project.ts";
import { type RunnerEnd, RunnerProcess } from "../../support/runner-process.ts";

const PROCESSES = 30;
const IDS = ["0001_users", "0002_orders", "0003_fill", "0004_index", "0005_view"];
const logged = (id: string): string => `INSERT INTO applied_log VALUES ('${id}');\n`;

const FILES: Readonly<Record<string, string>> = {
  "0001_users.sql": `CREATE TABLE users (id int PRIMARY KEY, name text);\n${logged("0001_users")}`,
  "0002_orders.sql": `CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);\n${logged("0002_orders")}`,
  "0003_fill.sql": `INSERT INTO users SELECT g, 'user ' || g FROM generate_series(1, 500) AS g;\n${logged("0003_fill")}`,
  "0004_index.sql": `CREATE UNIQUE INDEX CONCURRENTLY users_name_key ON users (name);\n${logged("0004_index")}`,
  "0005_view.sql": `CREATE VIEW user_orders AS SELECT name, o.id FROM users JOIN orders AS o ON o.user_id = users.id;\n${logged("0005_view")}`,
};

async function manyAtOnce(url: string): Promise<RunnerEnd[]> {
  const folder = writeProject(FILES);
  const processes = Array.from(
    { length: PROCESSES },
    () => new RunnerProcess({ command: "up", url, folder, policy: { leaseTtlMs: 5_000 } }, { inBackground: true }),
  );
  return await Promise.all(processes.map((process) => process.ended(90_000)));
}

async function expectEachOnce(db: TestDatabase, ends: readonly RunnerEnd[], pending: readonly string[]): Promise<void> {
  const failed = ends.filter(({ code }) => code !== 0);
  expect(failed.map(({ code, error, message, stderr }) => [code, error, message, stderr])).toEqual([]);
  const applied = ends.flatMap(({ result }) => (result as { applied: string[] }).applied);
  expect(applied.sort()).toEqual(pending);
  expect(ends.map(({ result }) => (result as { inForce: number }).inForce)).toEqual(Array(PROCESSES).fill(IDS.length));
  const log = await db.query<{ id: string }>("SELECT id FROM applied_log ORDER BY id");
  expect(log.map(({ id }) => id)).toEqual(IDS);
  const journal = await db.query<{ id: string }>("SELECT id FROM lockkeeper.migration ORDER BY position");
  expect(journal.map(({ id }) => id)).toEqual(IDS);
  expect(await db.query("SELECT FROM pg_index WHERE NOT indisvalid")).toEqual([]);
  expect(await db.query("SELECT holder FROM lockkeeper.lease")).toEqual([{ holder: null }]);
}

async function prepared(): Promise<TestDatabase> {
  const db = await testDatabase();
  await db.query("CREATE TABLE applied_log (id text)");
  return db;
}

test("30 processes on an empty database apply each migration exactly once and all succeed", async () => {
  await using db = await prepared();
  await expectEachOnce(db, await manyAtOnce(db.url), IDS);
});

test("30 processes on a database whose last runner was killed half way finish what it left", async () => {
  await using db = await prepared();
  const folder = writeProject(FILES);
  const freeze = { when: "sent", at: "CREATE UNIQUE INDEX CONCURRENTLY" } as const;
  const killed = new RunnerProcess({ command: "up", url: db.url, folder, policy: { leaseTtlMs: 1_000 }, freeze });
  await killed.event("child.freezing");
  killed.signal("SIGKILL");
  await killed.ended();
  const before = await db.query<{ id: string }>("SELECT id FROM applied_log ORDER BY id");
  expect(before.map(({ id }) => id)).toEqual(IDS.slice(0, 3));
  await expectEachOnce(db, await manyAtOnce(db.url), IDS.slice(3));
});

test.skipIf(WITHOUT_PGBOUNCER)(
  "30 processes behind pgbouncer in transaction mode apply each migration exactly once",
  async () => {
    await using db = await prepared();
    await using pooler = await startPgbouncer(inject("serverUrl"));
    await expectEachOnce(db, await manyAtOnce(pooler.url(db.url)), IDS);
  },
);
