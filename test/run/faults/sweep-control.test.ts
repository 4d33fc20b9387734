import { expect, test } from "vitest";
import { requestAbort, requestPause } from "../../../src/run/control.ts";
import { DEFAULT_SWEEP_POLICY } from "../../../src/sweep/sweep-policy.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { operationOn } from "../../support/operations.ts";
import { writeProject } from "../../support/project.ts";
import { resumeHere, upHere } from "../../support/run-here.ts";
import { RunnerProcess } from "../../support/runner-process.ts";
import { foreignLocks, workingOn } from "../../support/sessions.ts";
import { until } from "../../support/until.ts";

const ROWS = 3_000;

/** Each row takes as long as `pace` says, so that a sweep is in its middle for as long as a test needs it. */
async function seeded(): Promise<TestDatabase> {
  const db = await testDatabase();
  await db.query(`CREATE TABLE pace AS SELECT 0.002::float8 AS seconds;
    CREATE TABLE items (id int PRIMARY KEY, seen int NOT NULL DEFAULT 0);
    INSERT INTO items SELECT generate_series(1, ${ROWS});
    CREATE FUNCTION slowly(n int) RETURNS int LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(seconds) FROM public.pace; RETURN n; END';
    ANALYZE`);
  return db;
}

const FILES = {
  "0001_seen.sql":
    "COMMENT ON TABLE items IS 'seen';\nUPDATE items SET seen = slowly(seen + 1);\nCREATE TABLE behind (id int);",
};
const POLICY = {
  briefMs: 0,
  leaseTtlMs: 1_000,
  sweep: { ...DEFAULT_SWEEP_POLICY, workers: 2, batchMs: 20, progressMs: 50 },
};

const seen = async (db: TestDatabase): Promise<number> =>
  Number((await db.query("SELECT count(*) AS n FROM items WHERE seen > 0"))[0]?.["n"]);

/** A runner in the middle of its sweep. */
async function inTheMiddle(db: TestDatabase, folder: string): Promise<RunnerProcess> {
  const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: POLICY });
  await until("some rows are done", async () => (await seen(db)) > 200);
  return runner;
}

const faster = (db: TestDatabase): Promise<unknown> => db.query("UPDATE pace SET seconds = 0");

async function expectEachOnce(db: TestDatabase): Promise<void> {
  expect(await db.query("SELECT seen, count(*)::int AS n FROM items GROUP BY seen")).toEqual([{ seen: 1, n: ROWS }]);
  expect(await db.query("SELECT to_regclass('behind') IS NOT NULL AS made")).toEqual([{ made: true }]);
}

test("a sweep that is asked to pause stands still within a batch, without a lock, and goes on", async () => {
  await using db = await seeded();
  const folder = writeProject(FILES);
  const runner = await inTheMiddle(db, folder);
  await requestPause({ ...operationOn(db), actor: "the operator" });
  await runner.event("run.paused", ({ by }) => by === "the operator");
  await until("no batch is at work", async () => (await foreignLocks(db)).length === 0);
  const done = await seen(db);
  expect(done).toBeLessThan(ROWS);
  expect(await db.query("SELECT state FROM lockkeeper.run")).toEqual([{ state: "paused" }]);
  await faster(db);
  expect(await seen(db)).toBe(done);
  expect((await resumeHere(db.url, folder).done).released).toBe(true);
  expect(await runner.ended()).toMatchObject({ code: 0, result: { applied: ["0001_seen"] } });
  await expectEachOnce(db);
});

test("a sweep that is aborted keeps what is done, and is continued where it stood", async () => {
  await using db = await seeded();
  const folder = writeProject(FILES);
  const runner = await inTheMiddle(db, folder);
  await requestAbort(operationOn(db));
  expect(await runner.ended()).toMatchObject({ code: 1, error: "run_aborted" });
  const done = await seen(db);
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(ROWS);
  await faster(db);
  const { done: resumed, events } = resumeHere(db.url, folder);
  expect((await resumed).finished).toEqual(["0001_seen"]);
  expect(events.filter(({ type }) => type === "sweep.began")).toMatchObject([{ resumed: true, step: 3 }]);
  await expectEachOnce(db);
});

test("a sweep that is aborted between its batches says so, and names no statement", async () => {
  await using db = await seeded();
  await faster(db);
  await upHere(db.url, writeProject({ "0000_first.sql": "COMMENT ON TABLE items IS 'first'" })).done;
  const other = await db.connect();
  await other.query("BEGIN; LOCK TABLE lockkeeper.sweep");
  const { done, stop, events } = upHere(
    db.url,
    writeProject({ "0000_first.sql": "COMMENT ON TABLE items IS 'first'", ...FILES }),
    POLICY,
  );
  const ended = expect(done).rejects.toMatchObject({ code: "run_aborted" });
  await workingOn(db, /^relation .*lockkeeper\.sweep\b/s);
  stop.immediately("aborted");
  await ended;
  expect(events.filter(({ type }) => type === "step.started").at(-1)).toMatchObject({ kind: "sweep" });
  await other.query("COMMIT");
});

test("a sweep that is interrupted ends behind its batches, and up goes on with it", async () => {
  await using db = await seeded();
  const folder = writeProject(FILES);
  const runner = await inTheMiddle(db, folder);
  runner.signal("SIGINT");
  expect(await runner.ended()).toMatchObject({ code: 130, error: "interrupted" });
  expect(await seen(db)).toBeLessThan(ROWS);
  await faster(db);
  expect((await upHere(db.url, folder).done).applied).toEqual(["0001_seen"]);
  await expectEachOnce(db);
});

test("a file whose sweep has begun may not say something else", async () => {
  await using db = await seeded();
  const runner = await inTheMiddle(db, writeProject(FILES));
  runner.signal("SIGINT");
  await runner.ended();
  const other = { "0001_seen.sql": FILES["0001_seen.sql"].replace("seen + 1", "seen + 2") };
  await expect(upHere(db.url, writeProject(other)).done).rejects.toMatchObject({
    code: "run_changed",
    data: { step: 2 },
  });
  const longer = { "0001_seen.sql": `${FILES["0001_seen.sql"]}\nCREATE TABLE more (id int);` };
  await faster(db);
  expect((await upHere(db.url, writeProject(longer)).done).applied).toEqual(["0001_seen"]);
  await expectEachOnce(db);
  expect(await db.query("SELECT to_regclass('more') IS NOT NULL AS made")).toEqual([{ made: true }]);
});
