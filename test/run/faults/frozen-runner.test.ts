import { expect, inject, test } from "vitest";
import type { Freeze } from "../../support/children/child-task.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { startPgbouncer, WITHOUT_PGBOUNCER } from "../../support/pgbouncer.ts";
import { picture } from "../../support/picture.ts";
import { writeProject } from "../../support/project.ts";
import { upHere } from "../../support/run-here.ts";
import { type RunnerEnd, RunnerProcess } from "../../support/runner-process.ts";
import { runnerSessions, workingOn } from "../../support/sessions.ts";
import { sideBySide } from "../../support/side-by-side.ts";
import { until } from "../../support/until.ts";

/** `pace` says how long the slow statement takes: long for the runner that is frozen in it, nothing for the next. */
const SEED = `CREATE TABLE applied_log (piece text); CREATE TABLE pace AS SELECT 30.0 AS seconds;
  CREATE TABLE items (id int PRIMARY KEY); INSERT INTO items SELECT generate_series(1, 300);
  CREATE TABLE orders AS SELECT g AS id, 'c' || g AS code FROM generate_series(1, 300) AS g`;

const FILES = {
  "0001_slow.sql": `INSERT INTO applied_log VALUES ('slow');
ALTER TABLE items ADD COLUMN note text;
SELECT pg_sleep(seconds) FROM pace;`,
  "0002_second.sql": "CREATE TABLE labels (id int PRIMARY KEY);\nINSERT INTO applied_log VALUES ('second');",
  "0003_index.sql":
    "CREATE INDEX CONCURRENTLY orders_code_idx ON orders (code);\nINSERT INTO applied_log VALUES ('indexed');",
  "0004_script.ts": `export default {
  steps: [{ script: "fill" }, { sql: "INSERT INTO applied_log VALUES ('after script')" }],
  scripts: {
    async fill({ query }) {
      await query("UPDATE items SET note = 'first' WHERE id <= 10");
      await query("UPDATE items SET note = 'last' WHERE id > 10");
      await query("INSERT INTO applied_log VALUES ('script')");
    },
  },
};`,
};
const PIECES = ["after script", "indexed", "script", "second", "slow"];
// The schema is recorded behind the work, while nobody else has come.
const SHORT_LEASE = { leaseTtlMs: 800, drift: { record: "off", ignore: [] } } as const;

async function seeded(seconds: number): Promise<TestDatabase> {
  const db = await testDatabase();
  await db.query(SEED);
  await db.query("UPDATE pace SET seconds = $1", [seconds]);
  return db;
}

/** Each piece was applied once, whoever did it, and no index is broken. */
async function expectWhole(db: TestDatabase): Promise<void> {
  expect(
    (await db.query<{ piece: string }>("SELECT piece FROM applied_log ORDER BY 1")).map(({ piece }) => piece),
  ).toEqual(PIECES);
  expect(await db.query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('orders_code_idx')")).toEqual([
    { indisvalid: true },
  ]);
  expect(await db.query("SELECT FROM pg_index WHERE NOT indisvalid")).toEqual([]);
  expect(await db.query("SELECT note, count(*)::int FROM items GROUP BY note ORDER BY note")).toEqual([
    { note: "first", count: 10 },
    { note: "last", count: 290 },
  ]);
}

/** Wakes the frozen runner up and sees that it changes nothing, ends and leaves no session behind. */
async function wakeInVain(db: TestDatabase, frozen: RunnerProcess): Promise<RunnerEnd> {
  await expectWhole(db);
  const before = await picture(db);
  frozen.thaw();
  const end = await frozen.ended(20_000);
  expect(await picture(db)).toEqual(before);
  await expectNoWork(db);
  return end;
}

/** Behind a pooler, idle sessions belong to it. */
async function expectNoWork(db: TestDatabase): Promise<void> {
  const left = async () => (await runnerSessions(db)).filter(({ state }) => state !== "idle");
  await until("no session of a runner is at work", async () => (await left()).length === 0, 5_000);
}

async function expectNoSessions(db: TestDatabase): Promise<void> {
  await until("no session of a runner is left", async () => (await runnerSessions(db)).length === 0, 5_000);
}

async function frozenAt(
  db: TestDatabase,
  at: string | number,
  when: Freeze["when"] = "before",
): Promise<RunnerProcess> {
  const freeze = { when, at } as const;
  const child = new RunnerProcess({
    command: "up",
    url: db.url,
    folder: writeProject(FILES),
    policy: SHORT_LEASE,
    freeze,
  });
  await child.event("child.freezing");
  await child.frozen();
  return child;
}

/** Where the runners connect to. */
interface Way extends AsyncDisposable {
  readonly url: string;
}

const WAYS: [string, (db: TestDatabase) => Promise<Way>][] = [
  ["", async (db) => ({ url: db.url, [Symbol.asyncDispose]: async () => {} })],
];
if (!WITHOUT_PGBOUNCER) {
  WAYS.push([
    " behind pgbouncer",
    async (db) => {
      const pooler = await startPgbouncer(inject("serverUrl"));
      return { url: pooler.url(db.url), [Symbol.asyncDispose]: () => pooler[Symbol.asyncDispose]() };
    },
  ]);
}

test.for(WAYS)(
  "a runner%s frozen in a statement of a transaction changes nothing when it wakes up after its successor",
  async ([, open]) => {
    await using db = await seeded(30);
    await using way = await open(db);
    const folder = writeProject(FILES);
    const frozen = new RunnerProcess({ command: "up", url: way.url, folder, policy: SHORT_LEASE });
    await workingOn(db, /PgSleep/);
    await frozen.freeze();
    await db.query("UPDATE pace SET seconds = 0");
    expect((await upHere(way.url, folder).done).applied).toHaveLength(4);
    expect(await wakeInVain(db, frozen)).toMatchObject({ code: 4, error: "lease_lost" });
  },
);

test.for(WAYS)(
  "a runner%s frozen during a concurrent index build changes nothing when it wakes up after its successor",
  async ([, open]) => {
    await using db = await seeded(0);
    await using way = await open(db);
    const folder = writeProject(FILES);
    const writer = await db.connect();
    await writer.query("BEGIN; UPDATE orders SET code = code WHERE id = 1");
    const frozen = new RunnerProcess({ command: "up", url: way.url, folder, policy: SHORT_LEASE });
    await workingOn(db, /CREATE INDEX CONCURRENTLY/);
    const leftover = "SELECT FROM pg_index WHERE indexrelid = to_regclass('orders_code_idx') AND NOT indisvalid";
    await until("there is something to mend", async () => (await db.query(leftover)).length === 1);
    await frozen.freeze();
    const successor = upHere(way.url, folder);
    // By then the statement of the frozen runner is ended, and what is at work is the successor's.
    await until("the successor has planned", () => successor.events.some(({ type }) => type === "plan.ready"));
    await workingOn(db, /CONCURRENTLY/);
    await writer.query("COMMIT");
    expect((await successor.done).applied).toEqual(["0003_index", "0004_script"]);
    expect(successor.events.some(({ type }) => type === "step.healed")).toBe(true);
    expect(await wakeInVain(db, frozen)).toMatchObject({ code: 4, error: "lease_lost" });
  },
);

test.for(WAYS)(
  "a runner%s frozen just before a commit of its journal changes nothing when it wakes up after its successor",
  async ([, open]) => {
    await using db = await seeded(0);
    await using way = await open(db);
    const folder = writeProject(FILES);
    const freeze = { when: "before", at: "^COMMIT$" } as const;
    const frozen = new RunnerProcess({ command: "up", url: way.url, folder, policy: SHORT_LEASE, freeze });
    await frozen.event("child.freezing");
    await frozen.frozen();
    expect((await upHere(way.url, folder).done).applied).toHaveLength(4);
    expect(await wakeInVain(db, frozen)).toMatchObject({ code: 4, error: "lease_lost" });
  },
);

const POINTS: readonly [string, string, Freeze["when"], readonly string[]][] = [
  [
    "between two steps",
    "^BEGIN ISOLATION[\\s\\S]*CREATE TABLE labels",
    "before",
    ["0002_second", "0003_index", "0004_script"],
  ],
  [
    "just before a concurrent statement is sent",
    "^/.*/ CREATE INDEX CONCURRENTLY",
    "before",
    ["0003_index", "0004_script"],
  ],
  ["in the middle of a script", "note = 'last'", "before", ["0004_script"]],
];

test.for(POINTS)(
  "a runner frozen %s changes nothing when it wakes up after its successor",
  async ([, at, when, rest]) => {
    await using db = await seeded(0);
    const frozen = await frozenAt(db, at, when);
    expect((await upHere(db.url, writeProject(FILES)).done).applied).toEqual(rest);
    expect(await wakeInVain(db, frozen)).toMatchObject({ code: 4, error: "lease_lost" });
    await expectNoSessions(db);
  },
);

test("a runner frozen just before it drops the leftover of a build does not drop the index of its successor", async () => {
  await using db = await seeded(0);
  await db.query("CREATE TABLE twice AS SELECT 1 AS id UNION ALL SELECT 1");
  const files = { "0001_key.sql": "CREATE UNIQUE INDEX CONCURRENTLY twice_key ON twice (id);" };
  const freeze = { when: "before", at: "DROP INDEX CONCURRENTLY" } as const;
  const folder = writeProject(files);
  const frozen = new RunnerProcess({ command: "up", url: db.url, folder, policy: SHORT_LEASE, freeze });
  await frozen.event("child.freezing");
  await frozen.frozen();
  await db.query("DELETE FROM twice WHERE ctid = '(0,1)'");
  expect((await upHere(db.url, folder).done).applied).toEqual(["0001_key"]);
  const before = await picture(db);
  frozen.thaw();
  expect((await frozen.ended(20_000)).code).not.toBe(0);
  expect(await picture(db)).toEqual(before);
  expect(await db.query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('twice_key')")).toEqual([
    { indisvalid: true },
  ]);
  await expectNoSessions(db);
});

test("wherever a runner is frozen, its successor finishes and it ends clearly without changing anything", async () => {
  await using undisturbed = await seeded(0);
  const whole = new RunnerProcess({
    command: "up",
    url: undisturbed.url,
    folder: writeProject(FILES),
    policy: SHORT_LEASE,
  });
  const messages = (await whole.ended()).messages ?? 0;
  expect(messages).toBeGreaterThan(20);
  let reached = 0;
  const one = async (at: number): Promise<string | undefined> => {
    await using db = await seeded(0);
    // How many messages a run sends depends a little on how long its steps take.
    const frozen = await frozenAt(db, at).catch(async (error: unknown) => {
      if ((await db.query("SELECT FROM lockkeeper.migration")).length === Object.keys(FILES).length) return undefined;
      throw error;
    });
    if (frozen === undefined) return undefined;
    reached++;
    await upHere(db.url, writeProject(FILES)).done;
    const { code, error } = await wakeInVain(db, frozen);
    await expectNoSessions(db);
    return code === 0 || (code !== null && error !== "none") ? undefined : `message ${at}: ${code} ${error}`;
  };
  // Every other one is enough of them.
  const moments = Array.from({ length: Math.ceil(messages / 2) }, (_, trial) => 1 + 2 * trial);
  const unclear = await sideBySide(moments, one, 8);
  expect(unclear.filter((line) => line !== undefined)).toEqual([]);
  expect(reached).toBeGreaterThan(moments.length / 2);
});
