import { expect, test, vi } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { type ControlResult, requestAbort, requestPause } from "../../src/run/control.ts";
import { down } from "../../src/run/down.ts";
import type { LockkeeperEvent } from "../../src/run/events.ts";
import { resume } from "../../src/run/resume.ts";
import { SideChannel } from "../../src/run/side-channel.ts";
import type { UpResult } from "../../src/run/up.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";
import { until } from "../support/until.ts";

interface Live {
  readonly folder: string;
  readonly events: readonly LockkeeperEvent[];
  readonly running: Promise<UpResult>;
  /** Lets the first step end. */
  open(): Promise<void>;
}

/** A runner whose first step waits at a gate. */
async function liveRunner(db: TestDatabase): Promise<Live> {
  const folder = writeProject({
    "0001_a.sql": "-- lockkeeper: transaction each\nSELECT pg_advisory_xact_lock(7);\nCREATE TABLE b (id int);",
  });
  const gate = await db.connect();
  await gate.query("SELECT pg_advisory_lock(7)");
  const events: LockkeeperEvent[] = [];
  const running = applyAll(db, folder, {
    policy: { ...TEST_POLICY, lockDeadlineMs: 60_000 },
    emit: (event) => events.push(event),
  });
  running.catch(() => {});
  await until("the first step waits", () => events.some(({ type }) => type === "lock.retry"));
  return {
    folder,
    events,
    running,
    async open() {
      await gate.query("SELECT pg_advisory_unlock(7)");
    },
  };
}

const audit = (db: TestDatabase): Promise<Record<string, unknown>[]> =>
  db.query("SELECT actor, action, subject, reason FROM lockkeeper.audit");

const heartbeats = async (db: TestDatabase, count: number): Promise<void> => {
  const expiry = async (): Promise<string> =>
    String((await db.query("SELECT expires_at::text AS at FROM lockkeeper.lease"))[0]?.["at"]);
  for (let beat = 0; beat < count; beat++) {
    const before = await expiry();
    await until("the lease is renewed", async () => (await expiry()) !== before);
  }
};

test("a runner that is asked to pause stops after its step, and goes on when it is told to", async () => {
  await using db = await testDatabase();
  const { folder, events, running, open } = await liveRunner(db);
  const asked = await requestPause({ ...operationOn(db), actor: "dana", reason: "lunch" });
  expect(asked).toMatchObject({ kind: "requested", token: 1 });
  await heartbeats(db, 2);
  await open();
  await until("the runner pauses", () => events.some(({ type }) => type === "run.paused"));
  expect(events).toContainEqual(expect.objectContaining({ type: "run.paused", by: "dana" }));
  expect(await db.query("SELECT state FROM lockkeeper.run")).toEqual([{ state: "paused" }]);
  expect(await db.query("SELECT to_regclass('b') IS NULL AS waits")).toEqual([{ waits: true }]);
  expect(await resume({ ...operationOn(db), migrations: readProject(folder) })).toEqual({
    finished: [],
    released: true,
  });
  expect(await running).toMatchObject({ applied: ["0001_a"] });
  expect(await audit(db)).toEqual([{ actor: "dana", action: "pause", subject: expect.any(String), reason: "lunch" }]);
});

test("a runner that is asked to abort cancels its statement, and what it left is not continued by itself", async () => {
  await using db = await testDatabase();
  const { folder, running, open } = await liveRunner(db);
  expect(await requestAbort({ ...operationOn(db), actor: "dana" })).toMatchObject({ kind: "requested" });
  await expect(running).rejects.toMatchObject({ code: "run_aborted" });
  await open();
  expect(await db.query("SELECT state FROM lockkeeper.run")).toEqual([{ state: "aborted" }]);
  expect(await audit(db)).toMatchObject([{ actor: "dana", action: "abort" }]);
  // The step was rolled back, so nothing is half done and a new attempt begins from the start.
  expect(await applyAll(db, folder)).toMatchObject({ applied: ["0001_a"] });
});

test("a cancellation that comes late does not meet what is recorded of an aborted run", async () => {
  await using db = await testDatabase();
  const { running } = await liveRunner(db);
  await db.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END';
    CREATE TRIGGER slow BEFORE UPDATE ON lockkeeper.run FOR EACH ROW EXECUTE FUNCTION slow()`);
  const { cancel } = SideChannel.prototype;
  using late = vi.spyOn(SideChannel.prototype, "cancel").mockImplementation(async function (this: SideChannel, name) {
    for (const begun = performance.now(); performance.now() - begun < 500; ) await cancel.call(this, name);
  });
  await requestAbort(operationOn(db));
  await expect(running).rejects.toMatchObject({ code: "run_aborted" });
  expect(late).toHaveBeenCalled();
  expect(await db.query("SELECT state FROM lockkeeper.run")).toEqual([{ state: "aborted" }]);
});

test("a way back waits for the runner whose first step is under way", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE kept (id int PRIMARY KEY)");
  const folder = writeProject({ "0001_a.sql": "ALTER TABLE kept ADD COLUMN note text;" });
  const gate = await db.connect();
  await gate.query("BEGIN; LOCK TABLE kept IN ROW EXCLUSIVE MODE");
  const seen: string[] = [];
  const running = applyAll(db, folder, {
    policy: { ...TEST_POLICY, lockDeadlineMs: 60_000 },
    emit: ({ type }) => seen.push(type),
  });
  await until("the first step waits", () => seen.includes("lock.retry"));
  const waiting: string[] = [];
  const takingBack = down({
    ...operationOn(db),
    migrations: readProject(folder),
    policy: { ...TEST_POLICY, leaseWaitMs: 60_000 },
    emit: ({ type }) => waiting.push(type),
  });
  await until("the way back waits", () => waiting.includes("lease.waiting"));
  await gate.query("COMMIT");
  expect(await running).toMatchObject({ applied: ["0001_a"] });
  expect(await takingBack).toEqual({ undone: ["0001_a"] });
});

test("an abort outweighs a pause, also of a runner that is paused already", async () => {
  await using db = await testDatabase();
  const { events, running, open, folder } = await liveRunner(db);
  await requestPause(operationOn(db));
  await heartbeats(db, 2);
  await open();
  await until("the runner pauses", () => events.some(({ type }) => type === "run.paused"));
  await requestAbort(operationOn(db));
  await requestPause(operationOn(db)).catch(() => {});
  await expect(running).rejects.toMatchObject({ code: "run_aborted" });
  expect(await db.query("SELECT state FROM lockkeeper.run")).toEqual([{ state: "aborted" }]);
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "run_parked", data: { state: "aborted" } });
  expect(await resume({ ...operationOn(db), migrations: readProject(folder) })).toMatchObject({ finished: ["0001_a"] });
});

const abort = (db: TestDatabase): Promise<ControlResult> => requestAbort({ ...operationOn(db), reason: "found a bug" });

test("what a dead runner left half done is marked as aborted, and then waits for a decision", async () => {
  await using db = await testDatabase();
  const folder = writeProject({ "0001_a.sql": "-- lockkeeper: transaction each\nSELECT 1;\nSELECT 1 / 0;" });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  expect(await abort(db)).toEqual({ kind: "marked", runs: [{ run: expect.any(Number), migration: "0001_a" }] });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "run_parked" });
  expect(await db.query("SELECT subject, reason, detail FROM lockkeeper.audit")).toEqual([
    { subject: "0001_a", reason: "found a bug", detail: { run: expect.any(Number), from: "failed", to: "aborted" } },
  ]);
});

test.each([
  ["pause", (db: TestDatabase) => requestPause(operationOn(db))],
  ["abort", abort],
])("with no runner at work and nothing half done there is nothing to %s", async (_name, act) => {
  await using db = await testDatabase();
  const untouched = await picture(db);
  await expect(act(db)).rejects.toMatchObject({ code: "run_not_found" });
  expect(await picture(db)).toEqual(untouched);
  await applyAll(db, { "0001_a.sql": "SELECT 1;" });
  const before = await picture(db);
  await expect(act(db)).rejects.toMatchObject({ code: "run_not_found" });
  expect(await picture(db)).toEqual(before);
});

test("a lease whose time is over is not a runner that could be paused", async () => {
  await using db = await testDatabase();
  await applyAll(db, { "0001_a.sql": "SELECT 1;" });
  await db.query("SELECT lockkeeper.acquire_lease('elsewhere:42', '{}', interval '-1 s')");
  const before = await picture(db);
  await expect(requestPause(operationOn(db))).rejects.toMatchObject({ code: "run_not_found" });
  expect(await picture(db)).toEqual(before);
});

test("a read-only database is asked for nothing", async () => {
  await using db = await testDatabase();
  await applyAll(db, { "0001_a.sql": "SELECT 1;" });
  await db.query(`ALTER DATABASE ${db.name} SET default_transaction_read_only = on`);
  await expect(requestPause(operationOn(db))).rejects.toMatchObject({ code: "database_read_only" });
});
