import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { down } from "../../src/run/down.ts";
import { history } from "../../src/run/history.ts";
import { status } from "../../src/run/status.ts";
import { up } from "../../src/run/up.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

test("a database that Lockkeeper has never run on has no runs, and is left as it is", async () => {
  await using db = await testDatabase();
  const before = await picture(db);
  expect(await history({ url: db.url })).toEqual([]);
  expect(await picture(db)).toEqual(before);
});

test("runs are listed newest first, with their steps, the locks they took and their times", async () => {
  await using db = await testDatabase();
  const folder = writeProject({
    "0001_a.sql": "CREATE TABLE a (id int);",
    "0002_b.sql": "ALTER TABLE a ADD COLUMN b int;\nCREATE INDEX CONCURRENTLY a_b ON a (b);",
  });
  // What the same call has made is nobody else's, and its locks are not looked at.
  await up({ ...operationOn(db), migrations: readProject(folder), to: "0001_a" });
  await applyAll(db, folder);
  await down({ ...operationOn(db), migrations: readProject(folder) });
  const runs = await history({ url: db.url });
  expect(runs.map(({ migration, direction, state }) => [migration, direction, state])).toEqual([
    ["0002_b", "down", "done"],
    ["0002_b", "up", "undone"],
    ["0001_a", "up", "done"],
  ]);
  const [taken, second, first] = runs;
  expect(taken?.undoes).toBe(second?.run);
  expect(second).toMatchObject({
    queuedAt: expect.stringMatching(/^\d{4}-/),
    startedAt: expect.stringMatching(/^\d{4}-/),
    finishedAt: expect.stringMatching(/^\d{4}-/),
    durationMs: expect.any(Number),
    plannedSteps: 2,
    error: null,
  });
  expect(second?.steps).toMatchObject([
    {
      step: 1,
      kind: "ddl",
      state: "done",
      attempts: 1,
      lockWaitMs: 0,
      durationMs: expect.any(Number),
      locks: [{ relation: "a", mode: "AccessExclusiveLock" }],
    },
    { step: 2, kind: "concurrent", title: expect.stringContaining("a_b"), state: "done", attempts: 1 },
  ]);
  expect(first?.steps).toHaveLength(1);
  expect(runs.map(({ holder, wasInterrupted }) => [typeof holder, wasInterrupted])).toEqual(
    runs.map(() => ["string", false]),
  );
});

test("a short run of several steps took from the beginning of its first one, wherever that is asked", async () => {
  await using db = await testDatabase();
  const folder = writeProject({
    "0001_a.sql": "-- lockkeeper: transaction each\nSELECT pg_sleep(0.2);\nCREATE TABLE a (id int);",
  });
  await applyAll(db, folder);
  const [run] = await history({ url: db.url });
  const { migrations } = await status({ url: db.url, migrations: readProject(folder) });
  expect(run?.durationMs).toBeGreaterThanOrEqual(200);
  expect(migrations[0]?.durationMs).toBeGreaterThanOrEqual(200);
});

test("a failed run shows its error and where it stopped", async () => {
  await using db = await testDatabase();
  const folder = writeProject({ "0001_a.sql": "-- lockkeeper: transaction each\nSELECT 1;\nSELECT 1 / 0;" });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  expect(await history({ url: db.url })).toMatchObject([
    {
      state: "failed",
      plannedSteps: 2,
      steps: [{ step: 1, state: "done" }],
      error: { code: "statement_failed", message: "division by zero", at: { line: 3 } },
    },
  ]);
});

test("a run that is marked as running while it lasts keeps its whole time", async () => {
  await using db = await testDatabase();
  const folder = writeProject({ "1_a.sql": "SELECT pg_sleep(1.5);" });
  await applyAll(db, folder);
  const [run] = await history({ url: db.url });
  expect(run?.holder).not.toBeNull();
  const [recorded] = await db.query("SELECT duration_ms::int AS ms FROM lockkeeper.migration");
  expect(Number(recorded?.["ms"])).toBeGreaterThan(1_250);
});

test("only as many runs are listed as asked for, and only those of one migration", async () => {
  await using db = await testDatabase();
  await applyAll(db, { "1_a.sql": "SELECT 1;", "2_b.sql": "SELECT 1;", "3_c.sql": "SELECT 1;" });
  const idsOf = async (options: { limit?: number; migration?: string }): Promise<string[]> =>
    (await history({ url: db.url, ...options })).map(({ migration }) => migration);
  expect(await idsOf({ limit: 2 })).toEqual(["3_c", "2_b"]);
  expect(await idsOf({ migration: "1_a" })).toEqual(["1_a"]);
});

test("a state schema of a newer program is refused", async () => {
  await using db = await testDatabase();
  await applyAll(db, { "1_a.sql": "SELECT 1;" });
  await db.query("UPDATE lockkeeper.meta SET version = 999");
  await expect(history({ url: db.url })).rejects.toMatchObject({ code: "state_newer" });
});
