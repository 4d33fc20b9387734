import { expect, inject, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { startPgbouncer, WITHOUT_PGBOUNCER } from "../../support/pgbouncer.ts";
import { type ProjectFiles, writeProject } from "../../support/project.ts";
import { resumeHere, upHere } from "../../support/run-here.ts";
import { RunnerProcess } from "../../support/runner-process.ts";
import { foreignLocks, runnerSessions, workingOn } from "../../support/sessions.ts";
import { until } from "../../support/until.ts";

/** `pace` says how slow the slow things are, so that the runner that resumes them need not wait. */
const SEED = `CREATE TABLE pace AS SELECT 0.2 AS seconds;
  CREATE TABLE items AS SELECT generate_series(1, 300) AS id;
  CREATE TABLE applied_log (piece text);
  CREATE FUNCTION slowly(id int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(seconds) FROM public.pace; RETURN id; END'`;

interface Situation {
  readonly files: ProjectFiles;
  /** Wait event and message of the session when it is far enough. */
  readonly working: RegExp;
  readonly reader?: boolean;
}

const logged = "INSERT INTO applied_log VALUES ('once');";
const SITUATIONS: Readonly<Record<string, Situation>> = {
  "a long statement of a transaction that holds ACCESS EXCLUSIVE": {
    files: {
      "0001_slow.sql": `${logged}\nALTER TABLE items ADD COLUMN note text;\nSELECT sum(slowly(id)) FROM items;`,
    },
    working: /^PgSleep/,
  },
  "a long CREATE INDEX CONCURRENTLY": {
    files: { "0001_index.sql": `CREATE INDEX CONCURRENTLY items_idx ON items (slowly(id));\n${logged}` },
    working: /^PgSleep .*CREATE INDEX CONCURRENTLY/,
  },
  "a wait for a lock": {
    files: { "0001_lock.sql": `${logged}\nALTER TABLE items ADD COLUMN note text;` },
    working: /^relation/,
    reader: true,
  },
  "a script that idles in its transaction": {
    files: {
      "0001_script.ts": `export default { steps: [{ script: "idle" }], scripts: { async idle({ query }) {
        await query("ALTER TABLE items ADD COLUMN note text");
        await query("${logged}");
        const [{ seconds }] = await query("SELECT seconds FROM pace");
        await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 150_000).unref());
      } } };`,
    },
    working: /^ClientRead .*SELECT seconds FROM pace/,
  },
};

const POLICY = { leaseTtlMs: 1_000, lockTimeoutMs: 60_000 };

async function seeded(): Promise<TestDatabase> {
  const db = await testDatabase();
  await db.query(SEED);
  return db;
}

/** Not a measure of speed: without the care taken, the locks would stay until the statement ends. */
async function expectReleased(db: TestDatabase, readers: readonly string[]): Promise<void> {
  await until(
    "the server has released the locks",
    async () => (await foreignLocks(db)).every((lock) => readers.includes(lock)),
    2_000,
  );
}

async function expectResumed(db: TestDatabase, url: string, folder: string): Promise<void> {
  await db.query("UPDATE pace SET seconds = 0");
  const resumed = resumeHere(url, folder);
  expect((await resumed.done).finished).toHaveLength(1);
  expect(await db.query("SELECT piece FROM applied_log")).toEqual([{ piece: "once" }]);
  expect(await db.query("SELECT FROM pg_index WHERE NOT indisvalid")).toEqual([]);
  expect(await db.query("SELECT id FROM lockkeeper.migration")).toHaveLength(1);
}

const CASES = Object.keys(SITUATIONS).flatMap((name) => [
  { signal: "SIGTERM", name } as const,
  { signal: "SIGKILL", name } as const,
]);

test.for(CASES)(
  "after $signal of the runner in $name the server has released everything, and resume finishes",
  async ({ signal, name }) => {
    const { files, working, reader } = SITUATIONS[name] as Situation;
    await using db = await seeded();
    const folder = writeProject(files);
    const other = await db.connect();
    if (reader === true) {
      await other.query("BEGIN; SELECT count(*) FROM items");
    }
    const readers = await foreignLocks(db);
    const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: POLICY });
    await workingOn(db, working);
    runner.signal(signal);
    await expectReleased(db, readers);
    await until("no session of the runner is left", async () => (await runnerSessions(db)).length === 0, 2_000);
    const end = await runner.ended(10_000);
    expect(end).toMatchObject(signal === "SIGKILL" ? { signal } : { code: 130, error: "interrupted" });
    await other.query("ROLLBACK");
    await expectResumed(db, db.url, folder);
  },
);

// A statement outside a transaction has no settings of its own behind a pooler, so the server does not look whether a
// killed runner still lives: docs/running.md tells to give such steps a direct connection.
const BEHIND_POOLER = CASES.filter(
  ({ signal, name }) => name.includes("long") && !(signal === "SIGKILL" && name.includes("CONCURRENTLY")),
);

test.skipIf(WITHOUT_PGBOUNCER).for(BEHIND_POOLER)(
  "after $signal of a runner behind pgbouncer in $name the server has released its locks, and resume finishes",
  async ({ signal, name }) => {
    const { files, working } = SITUATIONS[name] as Situation;
    await using db = await seeded();
    await using pooler = await startPgbouncer(inject("serverUrl"));
    const folder = writeProject(files);
    const runner = new RunnerProcess({ command: "up", url: pooler.url(db.url), folder, policy: POLICY });
    await workingOn(db, working);
    runner.signal(signal);
    await expectReleased(db, []);
    expect(await runner.ended(10_000)).toMatchObject(signal === "SIGKILL" ? { signal } : { error: "interrupted" });
    await expectResumed(db, pooler.url(db.url), folder);
  },
);

test("a script that does not heed its signal no longer reaches the database once its step was stopped", async () => {
  await using db = await seeded();
  const folder = writeProject({
    "0001_script.ts": `export default { steps: [{ script: "stubborn" }], scripts: { async stubborn({ query, log, signal }) {
      await query("INSERT INTO applied_log VALUES ('early')");
      log("working");
      await new Promise((resolve) => signal.addEventListener("abort", () => setTimeout(resolve, 300)));
      await query("INSERT INTO applied_log VALUES ('late')").catch(({ message }) => log(message));
    } } };`,
  });
  const run = upHere(db.url, folder);
  await until("the script works", () => run.events.some(({ type }) => type === "notice"));
  run.stop.immediately("interrupted");
  await expect(run.done).rejects.toMatchObject({ code: "interrupted" });
  await until("the script was refused", () =>
    run.events.some((event) => event.type === "notice" && event.message.includes("outside the transaction")),
  );
  expect(await db.query("SELECT piece FROM applied_log")).toEqual([]);
});

test("SIGINT lets the step at work finish, and the run can be resumed after it", async () => {
  await using db = await seeded();
  const folder = writeProject({
    "0001_two.sql": "SELECT pg_sleep(2);\nCREATE INDEX CONCURRENTLY items_idx ON items (id);",
  });
  const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: POLICY });
  await workingOn(db, /^PgSleep/);
  runner.signal("SIGINT");
  expect(await runner.ended(20_000)).toMatchObject({ code: 130, error: "interrupted" });
  expect(await db.query("SELECT ordinal, state FROM lockkeeper.step")).toEqual([{ ordinal: 0, state: "done" }]);
  expect((await resumeHere(db.url, folder).done).finished).toEqual(["0001_two"]);
  expect(await db.query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('items_idx')")).toEqual([
    { indisvalid: true },
  ]);
});
