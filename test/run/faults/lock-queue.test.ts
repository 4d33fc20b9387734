import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { applicationSchema } from "../../support/picture.ts";
import { addFiles, writeProject } from "../../support/project.ts";
import { resumeHere, upHere } from "../../support/run-here.ts";
import { RunnerProcess } from "../../support/runner-process.ts";
import { until } from "../../support/until.ts";

const LOCK_TIMEOUT_MS = 300;
const POLICY = { lockTimeoutMs: LOCK_TIMEOUT_MS, backoffMinMs: 50, backoffMaxMs: 200, leaseTtlMs: 5_000 };
/** For a machine that has other things to do; without the lock timeout, clients would queue until the reader ends. */
const MARGIN_MS = 1_000;

/** Asks for the table again and again, as an application does, and keeps how long the longest answer took. */
class BusyClient {
  longestMs = 0;
  answers = 0;
  readonly #client: Client;
  readonly #loop: Promise<void>;
  #isOver = false;

  constructor(client: Client) {
    this.#client = client;
    this.#loop = this.#ask();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#loop;
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      const begun = performance.now();
      await this.#client.query("SELECT count(*) FROM items");
      this.longestMs = Math.max(this.longestMs, performance.now() - begun);
      this.answers++;
      await sleep(20);
    }
  }
}

async function seeded(): Promise<{ db: TestDatabase; folder: string; reader: Client }> {
  const db = await testDatabase();
  await db.query("CREATE TABLE items AS SELECT generate_series(1, 100) AS id");
  const folder = writeProject({ "0001_first.sql": "CREATE TABLE first (id int)" });
  await upHere(db.url, folder).done;
  addFiles(folder, { "0002_lock.sql": "CREATE TABLE second (id int);\nALTER TABLE items ADD COLUMN note text;" });
  const reader = await db.connect();
  await reader.query("SET application_name = 'nightly report'");
  await reader.query("BEGIN");
  await reader.query("SELECT /* the whole night */ count(*) FROM items");
  return { db, folder, reader };
}

const pidOf = (client: Client): number => (client as unknown as { processID: number }).processID;

test("while a reader is in the way, clients queue no longer than the lock timeout, the reader is named, and it succeeds in the end", async () => {
  const { db, folder, reader } = await seeded();
  await using _ = db;
  const client = new BusyClient(await db.connect());
  const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: POLICY });
  try {
    await until("several attempts ran into the reader", () => runner.all("lock.retry").length >= 5);
    await reader.query("COMMIT");
    expect(await runner.ended()).toMatchObject({ code: 0, result: { applied: ["0002_lock"] } });
  } finally {
    await client.end();
  }
  expect(client.answers).toBeGreaterThan(10);
  expect(client.longestMs).toBeLessThan(LOCK_TIMEOUT_MS + MARGIN_MS);
  const inTheWay = {
    pid: pidOf(reader),
    application: "nightly report",
    user: "postgres",
    state: "idle in transaction",
    query: "SELECT /* the whole night */ count(*) FROM items",
    ageMs: expect.any(Number),
    modes: ["AccessShareLock"],
    relation: "items",
  };
  const [waiting] = runner.all("lock.waiting");
  expect(waiting).toMatchObject({ migration: "0002_lock", step: 1, blockers: [inTheWay] });
  expect(runner.all("lock.retry").find(({ blockers }) => blockers.length > 0)).toMatchObject({ blockers: [inTheWay] });
  const [done] = runner.all("step.done");
  expect(done?.attempts).toBeGreaterThanOrEqual(6);
  expect(done?.lockWaitMs).toBeGreaterThan(0);
  expect(
    await db.query("SELECT attname FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname = 'note'"),
  ).toHaveLength(1);
});

test("at the deadline the run ends with lock_timeout and nothing changed, and can be resumed", async () => {
  const { db, folder, reader } = await seeded();
  await using _ = db;
  const before = await applicationSchema(db);
  const runner = new RunnerProcess({
    command: "up",
    url: db.url,
    folder,
    policy: { ...POLICY, lockDeadlineMs: 1_000 },
  });
  const end = await runner.ended();
  expect(end).toMatchObject({ code: 4, error: "lock_timeout" });
  expect(end.message).toContain(`pid ${pidOf(reader)} (nightly report)`);
  expect(await applicationSchema(db)).toEqual(before);
  expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([{ id: "0001_first" }]);
  await reader.query("COMMIT");
  expect((await resumeHere(db.url, folder).done).finished).toEqual(["0002_lock"]);
  expect(await db.query("SELECT to_regclass('second') IS NOT NULL AS made")).toEqual([{ made: true }]);
});

test("a deadlock with an application is tried again", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE a (id int); CREATE TABLE b (id int)");
  const folder = writeProject({
    "0001_both.sql": "ALTER TABLE a ADD COLUMN note text;\nSELECT pg_sleep(0.5);\nALTER TABLE b ADD COLUMN note text;",
  });
  const other = await db.connect();
  await other.query("SET deadlock_timeout = '10s'");
  await other.query("BEGIN; LOCK TABLE b IN ACCESS SHARE MODE");
  const runner = new RunnerProcess({
    command: "up",
    url: db.url,
    folder,
    policy: { ...POLICY, lockTimeoutMs: 20_000 },
  });
  await until(
    "the runner holds the first table",
    async () =>
      (
        await db.query(
          "SELECT FROM pg_locks WHERE relation = 'a'::regclass AND mode = 'AccessExclusiveLock' AND granted",
        )
      ).length > 0,
  );
  // Each waits for the other now; the server ends the runner's attempt, whose deadlock_timeout is the shorter one.
  await other.query("SELECT count(*) FROM a");
  await other.query("COMMIT");
  expect(await runner.ended()).toMatchObject({ code: 0 });
  expect(runner.all("lock.retry")[0]?.reason).toBe("deadlock detected");
});
