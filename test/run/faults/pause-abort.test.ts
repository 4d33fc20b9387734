import { expect, test } from "vitest";
import { requestAbort, requestPause } from "../../../src/run/control.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { operationOn } from "../../support/operations.ts";
import { writeProject } from "../../support/project.ts";
import { resumeHere, upHere } from "../../support/run-here.ts";
import { RunnerProcess } from "../../support/runner-process.ts";
import { foreignLocks, runnerSessions, workingOn } from "../../support/sessions.ts";
import { until } from "../../support/until.ts";

const FILES = {
  "0001_first.sql": "CREATE TABLE first (id int);\nSELECT pg_sleep(seconds) FROM pace;",
  "0002_second.sql": "CREATE TABLE second (id int);\nINSERT INTO second VALUES (1);",
  "0003_index.sql":
    "CREATE TABLE fourth (id int);\nCREATE INDEX CONCURRENTLY second_idx ON second (slowly(id));\nCREATE TABLE third (id int);",
};
const IDS = ["0001_first", "0002_second", "0003_index"];

/** `pace` is how long the slow statements take. */
async function seeded(seconds: number, indexSeconds = 0): Promise<TestDatabase> {
  const db = await testDatabase();
  await db.query(`CREATE TABLE pace AS SELECT ${seconds}::float8 AS seconds, ${indexSeconds}::float8 AS index_seconds;
    CREATE FUNCTION slowly(id int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(index_seconds) FROM public.pace; RETURN id; END'`);
  return db;
}

const inForce = async (db: TestDatabase): Promise<unknown[]> =>
  (await db.query("SELECT id FROM lockkeeper.migration ORDER BY position")).map(({ id }) => id);

test("a pause from another process takes effect before the next step, and resume from another process releases it", async () => {
  await using db = await seeded(2);
  const folder = writeProject(FILES);
  const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: { leaseTtlMs: 1_000 } });
  await workingOn(db, /^PgSleep/);
  expect(await requestPause({ ...operationOn(db), actor: "the operator" })).toMatchObject({ kind: "requested" });
  expect(await runner.event("run.paused")).toMatchObject({ migration: "0002_second", by: "the operator" });
  await db.query("UPDATE pace SET seconds = 0");
  expect(await inForce(db)).toEqual(["0001_first"]);
  expect(await db.query("SELECT migration_id, state FROM lockkeeper.run WHERE state = 'paused'")).toEqual([
    { migration_id: "0002_second", state: "paused" },
  ]);
  // A paused runner keeps its lease and holds no locks.
  expect(await foreignLocks(db)).toEqual([]);
  expect(await db.query("SELECT FROM lockkeeper.lease WHERE expires_at > clock_timestamp()")).toHaveLength(1);
  const released = new RunnerProcess({ command: "resume", url: db.url, folder });
  expect(await released.ended()).toMatchObject({ code: 0, result: { finished: [], released: true } });
  expect(await runner.ended()).toMatchObject({ code: 0, result: { applied: IDS } });
  expect(runner.all("run.resumed")).toMatchObject([{ migration: "0002_second" }]);
  expect(await inForce(db)).toEqual(IDS);
});

test("a runner that is killed while it is paused leaves a run that waits for a decision", async () => {
  await using db = await seeded(1);
  const folder = writeProject(FILES);
  const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: { leaseTtlMs: 800 } });
  await workingOn(db, /^PgSleep/);
  await requestPause(operationOn(db));
  await runner.event("run.paused");
  runner.signal("SIGKILL");
  await runner.ended();
  await db.query("UPDATE pace SET seconds = 0");
  await until(
    "its lease is over",
    async () => (await db.query("SELECT FROM lockkeeper.lease WHERE expires_at < clock_timestamp()")).length > 0,
  );
  await expect(upHere(db.url, folder).done).rejects.toMatchObject({ code: "run_parked" });
  expect((await resumeHere(db.url, folder).done).finished).toEqual(["0002_second", "0003_index"]);
  expect(await inForce(db)).toEqual(IDS);
});

test("up that waits for a paused runner leaves its run alone when that runner is killed", async () => {
  await using db = await seeded(1);
  const folder = writeProject(FILES);
  const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: { leaseTtlMs: 800 } });
  await workingOn(db, /^PgSleep/);
  await requestPause(operationOn(db));
  await runner.event("run.paused");
  await db.query("UPDATE pace SET seconds = 0");
  const waiting = upHere(db.url, folder);
  const parked = expect(waiting.done).rejects.toMatchObject({ code: "run_parked", data: { state: "paused" } });
  await until("it waits", () =>
    waiting.events.some((event) => event.type === "lease.waiting" && event.isPaused === true),
  );
  await expect(upHere(db.url, folder, { leaseWaitMs: 0 }).done).rejects.toMatchObject({
    code: "lease_held",
    message: expect.stringContaining("and is paused"),
    action: expect.stringContaining("lockkeeper resume"),
  });
  runner.signal("SIGKILL");
  await parked;
  expect(await inForce(db)).toEqual(["0001_first"]);
});

test("up that waits for a way back builds nothing on it when its runner is killed half way", async () => {
  await using db = await seeded(0);
  const folder = writeProject({
    "0001_first.sql": "CREATE TABLE first (id int);",
    "0001_first.down.sql": "BEGIN;\nDROP TABLE first;\nCOMMIT;\nSELECT pg_sleep(seconds) FROM pace;",
  });
  await upHere(db.url, folder).done;
  await db.query("UPDATE pace SET seconds = 60");
  const runner = new RunnerProcess({ command: "down", url: db.url, folder, policy: { leaseTtlMs: 800 } });
  await workingOn(db, /^PgSleep/);
  const more = writeProject({
    "0001_first.sql": "CREATE TABLE first (id int);",
    "0002_more.sql": "CREATE TABLE more ();",
  });
  const waiting = upHere(db.url, more);
  const parked = expect(waiting.done).rejects.toMatchObject({ code: "run_parked", data: { migration: "0001_first" } });
  await until("it waits", () => waiting.events.some(({ type }) => type === "lease.waiting"));
  runner.signal("SIGKILL");
  await parked;
  expect(await db.query("SELECT to_regclass('more') AS made")).toEqual([{ made: null }]);
  await db.query("UPDATE pace SET seconds = 0");
  const down = new RunnerProcess({ command: "down", url: db.url, folder });
  expect(await down.ended()).toMatchObject({ code: 0, result: { undone: ["0001_first"] } });
  expect((await upHere(db.url, more).done).applied).toEqual(["0001_first", "0002_more"]);
});

test("an abort from another process cancels the statement at work, and nothing of its step stays", async () => {
  await using db = await seeded(60);
  const folder = writeProject(FILES);
  const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: { leaseTtlMs: 1_000 } });
  await workingOn(db, /^PgSleep/);
  await requestAbort({ ...operationOn(db), actor: "anna", reason: "it is Friday" });
  expect(await runner.ended()).toMatchObject({ code: 1, error: "run_aborted" });
  expect(await db.query("SELECT error ->> 'message' AS told FROM lockkeeper.run WHERE state = 'aborted'")).toEqual([
    { told: "The run was aborted by anna (it is Friday). The steps already applied stand." },
  ]);
  await until("no session of the runner is left", async () => (await runnerSessions(db)).length === 0, 2_000);
  expect(await db.query("SELECT to_regclass('first') AS made")).toEqual([{ made: null }]);
  expect(await inForce(db)).toEqual([]);
});

async function abortedInIndex(): Promise<{ db: TestDatabase; folder: string }> {
  const db = await seeded(0, 60);
  const folder = writeProject(FILES);
  const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: { leaseTtlMs: 1_000 } });
  await workingOn(db, /^PgSleep .*CREATE INDEX/);
  await requestAbort(operationOn(db));
  expect(await runner.ended()).toMatchObject({ code: 1, error: "run_aborted" });
  await db.query("UPDATE pace SET index_seconds = 0");
  return { db, folder };
}

test("a run that was aborted half way is not continued by up, but by resume", async () => {
  const { db, folder } = await abortedInIndex();
  await using _ = db;
  expect(await db.query("SELECT migration_id FROM lockkeeper.run WHERE state = 'aborted'")).toEqual([
    { migration_id: "0003_index" },
  ]);
  expect(await db.query("SELECT FROM pg_index WHERE NOT indisvalid")).toEqual([]);
  const up = new RunnerProcess({ command: "up", url: db.url, folder });
  expect(await up.ended()).toMatchObject({ code: 1, error: "run_parked" });
  expect((await resumeHere(db.url, folder).done).finished).toEqual(["0003_index"]);
  expect(await inForce(db)).toEqual(IDS);
});

test("a run that was aborted half way is taken back by down", async () => {
  const { db, folder } = await abortedInIndex();
  await using _ = db;
  const down = new RunnerProcess({ command: "down", url: db.url, folder });
  expect(await down.ended()).toMatchObject({ code: 0, result: { undone: ["0003_index"] } });
  expect(await inForce(db)).toEqual(["0001_first", "0002_second"]);
  expect((await upHere(db.url, folder).done).applied).toEqual(["0003_index"]);
  expect(await db.query("SELECT to_regclass('third') IS NOT NULL AS made")).toEqual([{ made: true }]);
});
