import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { down } from "../../src/run/down.ts";
import { planPending } from "../../src/run/plan-pending.ts";
import { up } from "../../src/run/up.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { operationOn } from "../support/operations.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";

async function used(files: ProjectFiles) {
  const db = await testDatabase();
  await db.query(
    "CREATE TABLE p (id int PRIMARY KEY, n text); INSERT INTO p SELECT g, 'n' || g FROM generate_series(1, 50) g",
  );
  const folder = writeProject(files);
  const base = operationOn(db);
  const options = () => ({ ...base, policy: { ...base.policy, briefMs: 0 }, migrations: readProject(folder) });
  return { db, options, [Symbol.asyncDispose]: () => db.drop() };
}

const kinds = async (db: TestDatabase): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await db.query<{ name: string; kind: string }>(
        "SELECT relname AS name, relkind AS kind FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')",
      )
    ).map(({ name, kind }) => [name, kind]),
  );

test("a column that is added behind a rename leaves the old name alone, on its way back too", async () => {
  await using it = await used({
    "0001_rename.sql": "ALTER TABLE p RENAME TO pp;",
    "0002_column.sql": "ALTER TABLE pp ADD COLUMN z int;",
  });
  await up(it.options());
  await down({ ...it.options(), steps: 1 });
  expect(await kinds(it.db)).toEqual({ p: "v", pp: "r" });
  await down({ ...it.options(), steps: 1 });
  expect(await kinds(it.db)).toEqual({ p: "r" });
});

test("a rename and a column of one migration are taken back together", async () => {
  await using it = await used({ "0001_both.sql": "ALTER TABLE p RENAME TO pp;\nALTER TABLE pp ADD COLUMN z int;" });
  await up(it.options());
  expect(await kinds(it.db)).toEqual({ p: "v", pp: "r" });
  await down({ ...it.options(), steps: 1 });
  expect(await kinds(it.db)).toEqual({ p: "r" });
  expect(await it.db.query("SELECT count(*)::int AS n FROM p")).toEqual([{ n: 50 }]);
});

test("a rename is taken back where somebody has removed the view with the old name", async () => {
  await using it = await used({ "0001_rename.sql": "ALTER TABLE p RENAME TO pp;" });
  await up(it.options());
  await it.db.query("DROP VIEW p");
  await down({ ...it.options(), steps: 1 });
  expect(await kinds(it.db)).toEqual({ p: "r" });
});

test("statistics of a table in quarantine keep their name from nobody, and come back with it", async () => {
  await using it = await used({
    "0001_again.sql": "DROP TABLE p;\nCREATE TABLE p (id int, n text);\nCREATE STATISTICS st ON id, n FROM p;",
  });
  await it.db.query("CREATE STATISTICS st ON id, n FROM p");
  await up(it.options());
  await down({ ...it.options(), steps: 1 });
  expect(
    await it.db.query("SELECT stxname AS name, stxnamespace::regnamespace::text AS schema FROM pg_statistic_ext"),
  ).toEqual([{ name: "st", schema: "public" }]);
});

test("a plan that was begun says what it has behind it", async () => {
  await using it = await used({
    "0001_two.sql": "ALTER TABLE p ADD COLUMN a int;\nALTER TABLE p ADD CONSTRAINT un UNIQUE (n);",
  });
  await it.db.query("INSERT INTO p VALUES (99, 'n1')");
  await expect(up(it.options())).rejects.toMatchObject({ code: "statement_failed" });
  const [planned] = await planPending(it.options());
  expect(planned?.continuation?.task.done).toEqual([0]);
});
