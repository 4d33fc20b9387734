import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedServer, type StopMode, startEmbeddedServer } from "../../../src/postgres/embedded-server.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { onServer } from "../../support/on-server.ts";
import { writeProject } from "../../support/project.ts";
import { upHere } from "../../support/run-here.ts";
import { runnerSessions, workingOn } from "../../support/sessions.ts";
import { until } from "../../support/until.ts";

let server: EmbeddedServer;

beforeAll(async () => {
  // What is not flushed when the server crashes is lost here for certain, not by chance.
  server = await startEmbeddedServer({ settings: { wal_writer_delay: "10s", wal_writer_flush_after: "1GB" } });
});
afterAll(() => server?.stop());

const MANY = 150;
const id = (n: number): string => `${String(n).padStart(4, "0")}_step`;

function manySmall(): string {
  const numbers = Array.from({ length: MANY }, (_, index) => index + 1);
  return writeProject(
    Object.fromEntries(
      numbers.map((n) => [
        `${id(n)}.sql`,
        `CREATE TABLE t${n} (id int);\nINSERT INTO applied_log VALUES ('${id(n)}');`,
      ]),
    ),
  );
}

/** Its own connections do not survive the restarts, so each question has a new one. */
async function ask(db: TestDatabase, sql: string): Promise<Record<string, unknown>[]> {
  return (await onServer(db.url, (client) => client.query(sql))).rows;
}

async function logged(db: TestDatabase): Promise<unknown[]> {
  return (await ask(db, "SELECT piece FROM applied_log ORDER BY piece")).map(({ piece }) => piece);
}

async function seeded(sql = ""): Promise<TestDatabase> {
  const db = await testDatabase(server.url());
  await onServer(db.url, (client) => client.query(`CREATE TABLE applied_log (piece text); ${sql}`));
  return db;
}

test.for<StopMode>(["fast", "immediate"])(
  "a %s restart in the middle of many small migrations applies each of them once",
  async (mode) => {
    await using db = await seeded();
    const run = upHere(db.url, manySmall());
    for (const at of [30, 90]) {
      await until(
        `${at} migrations are applied`,
        () => run.events.filter(({ type }) => type === "run.done").length >= at,
      );
      await server.restart(mode);
    }
    const result = await run.done;
    const ids = Array.from({ length: MANY }, (_, index) => id(index + 1));
    expect(await logged(db)).toEqual(ids);
    expect((await ask(db, "SELECT id FROM lockkeeper.migration ORDER BY position")).map((row) => row["id"])).toEqual(
      ids,
    );
    expect([...result.applied].sort()).toEqual(ids);
    expect(await ask(db, "SELECT FROM lockkeeper.run WHERE state <> 'done' AND state <> 'superseded'")).toEqual([]);
    // Only a crash takes commits back; that it did here is what this test is about.
    const started = run.events.flatMap((event) => (event.type === "run.started" ? [event.migration] : []));
    expect(new Set(started).size < started.length).toBe(mode === "immediate");
  },
);

test.for<StopMode>(["fast", "immediate"])("a %s restart in the middle of a step repeats the step", async (mode) => {
  await using db = await seeded("CREATE TABLE pace AS SELECT 60 AS seconds; CREATE TABLE items AS SELECT 1 AS id");
  const folder = writeProject({
    "0001_slow.sql":
      "INSERT INTO applied_log VALUES ('slow');\nALTER TABLE items ADD COLUMN note text;\nSELECT pg_sleep(seconds) FROM pace;",
    "0002_after.sql": "INSERT INTO applied_log VALUES ('after');",
  });
  const run = upHere(db.url, folder);
  await asking(db, (again) => workingOn(again, /^PgSleep/));
  await ask(db, "CHECKPOINT; UPDATE pace SET seconds = 0");
  await server.restart(mode);
  expect((await run.done).applied).toEqual(["0001_slow", "0002_after"]);
  expect(await logged(db)).toEqual(["after", "slow"]);
  expect(run.events.some(({ type }) => type === "connection.lost")).toBe(true);
});

test.for<StopMode>(["fast", "immediate"])(
  "a %s restart in the middle of a concurrent build heals what it leaves",
  async (mode) => {
    await using db = await seeded(
      `CREATE TABLE pace AS SELECT 60 AS seconds; CREATE TABLE items AS SELECT 1 AS id;
     CREATE FUNCTION slowly(id int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
       'BEGIN PERFORM pg_sleep(seconds) FROM public.pace; RETURN id; END'`,
    );
    const folder = writeProject({ "0001_index.sql": "CREATE INDEX CONCURRENTLY items_idx ON items (slowly(id));" });
    const run = upHere(db.url, folder);
    await asking(db, (again) => workingOn(again, /^PgSleep .*CREATE INDEX/));
    await ask(db, "UPDATE pace SET seconds = 0");
    await server.restart(mode);
    expect((await run.done).applied).toEqual(["0001_index"]);
    expect(await ask(db, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'items_idx'::regclass")).toEqual([
      { indisvalid: true },
    ]);
    expect(await ask(db, "SELECT FROM pg_index WHERE NOT indisvalid")).toEqual([]);
  },
);

test("a server that stays away ends the run in a resumable state, with database_unavailable", async () => {
  await using db = await seeded("CREATE TABLE pace AS SELECT 60 AS seconds");
  const folder = writeProject({
    "0001_first.sql": "INSERT INTO applied_log VALUES ('first');",
    "0002_slow.sql": "INSERT INTO applied_log VALUES ('slow');\nSELECT pg_sleep(seconds) FROM pace;",
  });
  const run = upHere(db.url, folder, { reconnectDeadlineMs: 700, leaseTtlMs: 1_000 });
  const end = run.done.catch((error: unknown) => error);
  await asking(db, (again) => workingOn(again, /^PgSleep/));
  await ask(db, "UPDATE pace SET seconds = 0");
  await onServer(server.url(), (client) => client.query(`ALTER DATABASE ${db.name} ALLOW_CONNECTIONS false`));
  await onServer(server.url(), (client) =>
    client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [db.name]),
  );
  expect(await end).toMatchObject({ code: "database_unavailable" });
  await onServer(server.url(), (client) => client.query(`ALTER DATABASE ${db.name} ALLOW_CONNECTIONS true`));
  expect((await upHere(db.url, folder).done).applied).toEqual(["0002_slow"]);
  expect(await logged(db)).toEqual(["first", "slow"]);
});

test.for([
  ["work", "lockkeeper/%"],
  ["side", "lockkeeper-side/%"],
] as const)("an administrator who ends the %s session does not stop the run", async ([, name]) => {
  await using db = await seeded("CREATE TABLE pace AS SELECT 1.5 AS seconds");
  const folder = writeProject({
    "0001_slow.sql": "INSERT INTO applied_log VALUES ('slow');\nSELECT pg_sleep(seconds) FROM pace;",
    "0002_after.sql": "INSERT INTO applied_log VALUES ('after');",
  });
  const run = upHere(db.url, folder, { leaseTtlMs: 1_000 });
  await asking(db, (again) => workingOn(again, /^PgSleep/));
  const ended = await until("the session is there", async () => {
    const rows = await ask(
      db,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '${name}'`,
    );
    return rows.length > 0 && rows.length;
  });
  expect(ended).toBe(1);
  expect((await run.done).applied).toEqual(["0001_slow", "0002_after"]);
  expect(await logged(db)).toEqual(["after", "slow"]);
  await asking(db, (again) =>
    until("no session is left", async () => (await runnerSessions(again)).length === 0, 5_000),
  );
});

/** Looks with a connection that is closed again before the server goes down. */
async function asking<T>(db: TestDatabase, look: (db: TestDatabase) => Promise<T>): Promise<T> {
  return await onServer(db.url, (client) =>
    look({
      ...db,
      query: async (sql, params) => (await client.query(sql, params === undefined ? [] : [...params])).rows,
    }),
  );
}
