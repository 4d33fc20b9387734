import { expect, inject, test } from "vitest";
import { planMigrations } from "../../src/library/plan-migrations.ts";
import { testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { applyAll } from "../support/operations.ts";
import { startPgbouncer, WITHOUT_PGBOUNCER } from "../support/pgbouncer.ts";
import { writeProject } from "../support/project.ts";
import { upHere } from "../support/run-here.ts";

/** What holds at each step of a file, seen by the schema in which its tables and indexes come to lie. */
const SCHEMAS = "CREATE SCHEMA app; CREATE TABLE app.items (id int); CREATE TABLE public.items (id int)";

test.each([
  "SELECT set_config('search_path', 'app, public', false);",
  "SELECT pg_catalog.set_config('search_path', 'app, public', 'f'::boolean);",
  "SELECT 1, set_config('lockkeeper_test.x', '1', false), set_config('search_path', 'app, public', false) AS path, 2;",
  "SELECT set_config('search_path', 'public', false), set_config('search_path', 'app, public', false);",
  "SELECT set_config('search_path', 'app, public', 0::bool)::text;",
  "SET search_path TO app, public;",
  "SET SESSION search_path = app, public;",
])("%s holds until the end of its file, and not beyond it", async (setting) => {
  await using db = await testDatabase();
  await db.query(SCHEMAS);
  await applyAll(db, {
    "0001_set.sql": `${setting}\nCREATE TABLE one ();\nCREATE INDEX CONCURRENTLY items_id ON items (id);\nCREATE TABLE two ();`,
    "0002_next.sql": "CREATE TABLE three ();\nCREATE INDEX CONCURRENTLY items_next ON items (id);",
  });
  const rows = await db.query(`SELECT relname AS name, relnamespace::regnamespace::text AS schema FROM pg_class
    WHERE relname IN ('one', 'two', 'three', 'items_id', 'items_next') ORDER BY relname`);
  expect(Object.fromEntries(rows.map(({ name, schema }) => [name, schema]))).toEqual({
    items_id: "app",
    items_next: "public",
    one: "app",
    three: "public",
    two: "app",
  });
});

test("names are looked for where sessions of the database begin to", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE SCHEMA app; CREATE TABLE app.items (id int PRIMARY KEY);
    INSERT INTO app.items SELECT generate_series(1, 5000); ALTER DATABASE ${db.name} SET search_path = app`);
  await db.query("ANALYZE app.items");
  const migrations = writeProject({ "0001_wide.sql": "ALTER TABLE items ALTER COLUMN id TYPE bigint;" });
  const [plan] = await planMigrations({ url: db.url, migrations });
  const effects = plan?.steps.flatMap((step) =>
    step.kind === "ddl" ? step.statements.flatMap((one) => one.effects ?? []) : [],
  );
  expect(effects?.[0]).toMatchObject({ relation: { schema: "app", name: "items" }, work: "rewrite", rows: 5000 });
});

test("a value that is not written in the file holds in its transaction and does not leave it", async () => {
  await using db = await testDatabase();
  await db.query(SCHEMAS);
  await applyAll(db, {
    "0001_set.sql":
      "SELECT set_config('search_path', nspname, false) FROM pg_namespace WHERE nspname = 'app';\nCREATE TABLE one ();",
    "0002_next.sql": "CREATE TABLE two ();",
  });
  expect(
    await db.query("SELECT to_regclass('app.one') IS NOT NULL AS one, to_regclass('public.two') IS NOT NULL AS two"),
  ).toEqual([{ one: true, two: true }]);
});

test.each([
  "SELECT set_config('search_path', 'a' || 'pp', false);",
  "SELECT set_config('search_path', 'app', false) WHERE random() < 2;",
  "SELECT (SELECT set_config('search_path', 'app', false));",
  "SELECT set_config('search_path', 'app', random() > 2);",
  "WITH w AS (SELECT set_config('search_path', 'app', false) AS v) SELECT v FROM w;",
])("%s is refused in front of another transaction, before anything runs", async (setting) => {
  await using db = await testDatabase();
  await db.query(SCHEMAS);
  await expect(
    applyAll(db, {
      "0001_set.sql": `CREATE TABLE one ();\n ${setting}\nCREATE INDEX CONCURRENTLY items_id ON items (id);`,
    }),
  ).rejects.toMatchObject({
    code: "setting_unknown",
    message: expect.stringContaining("the value is not written here, and line 3 begins another transaction"),
    at: { file: expect.stringContaining("0001_set.sql"), line: 2, column: 2, excerpt: ` ${setting}` },
  });
  expect(await db.query("SELECT to_regclass('public.one') AS one")).toEqual([{ one: null }]);
});

test("a setting of its own transaction only (is_local = true) stays with it", async () => {
  await using db = await testDatabase();
  await db.query(SCHEMAS);
  await applyAll(db, {
    "0001_set.sql":
      "BEGIN;\nSELECT set_config('search_path', 'app', true);\nCREATE TABLE one ();\nCOMMIT;\nCREATE TABLE two ();",
  });
  expect(
    await db.query("SELECT to_regclass('app.one') IS NOT NULL AS one, to_regclass('public.two') IS NOT NULL AS two"),
  ).toEqual([{ one: true, two: true }]);
});

const HIDDEN: readonly (readonly [where: string, sql: string])[] = [
  ["a DO block", "DO $$ BEGIN SET search_path = app; PERFORM set_config('role', 'pg_monitor', false); END $$;"],
  [
    "a function",
    `CREATE FUNCTION hide() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET ROLE pg_monitor; SET search_path = app; RETURN 1; END $$;
     SELECT hide();`,
  ],
  [
    "a DO block that commits",
    "-- lockkeeper: transaction each\nDO $$ BEGIN COMMIT; SET search_path = app; SET ROLE pg_monitor; END $$;",
  ],
];

test.each(HIDDEN)("what %s sets does not reach the next migration, nor our own work", async (_where, sql) => {
  await using db = await testDatabase();
  await db.query(SCHEMAS);
  const files = { "0001_set.sql": sql, "0002_next.sql": "CREATE TABLE two ();" };
  expect((await applyAll(db, files)).applied).toEqual(["0001_set", "0002_next"]);
  expect(await db.query("SELECT to_regclass('public.two') IS NOT NULL AS two")).toEqual([{ two: true }]);
  expect(await db.query("SELECT holder FROM lockkeeper.lease")).toEqual([{ holder: null }]);
});

test("what a script sets in hidden ways does not reach the next migration", async () => {
  await using db = await testDatabase();
  await db.query(SCHEMAS);
  const body = `await query("DO $$ BEGIN SET search_path = app; END $$");`;
  const files = {
    "0001_set.ts": `export default { steps: [{ script: "work" }], scripts: { async work({ query }) { ${body} } } };`,
    "0002_next.sql": "CREATE TABLE two ();",
  };
  await applyAll(db, files);
  expect(await db.query("SELECT to_regclass('public.two') IS NOT NULL AS two")).toEqual([{ two: true }]);
});

test.skipIf(WITHOUT_PGBOUNCER)("what a DO block sets does not stay with the connection of a pooler", async () => {
  await using db = await testDatabase();
  await using pooler = await startPgbouncer(inject("serverUrl"), { poolSize: 1 });
  const pooled = { url: pooler.url(db.url) };
  await applyAll(pooled, { "0001_set.sql": "DO $$ BEGIN SET lock_timeout = '77s'; SET enable_seqscan = off; END $$;" });
  const left = await onServer(pooled.url, (client) =>
    client.query(
      "SELECT name FROM pg_settings WHERE source = 'session' AND name IN ('lock_timeout', 'enable_seqscan')",
    ),
  );
  expect(left.rows).toEqual([]);
});

test.skipIf(WITHOUT_PGBOUNCER)(
  "behind a pooler our own session goes on in the encoding that it began with",
  async () => {
    await using db = await testDatabase();
    await db.query(`ALTER DATABASE ${db.name} SET client_encoding = 'LATIN1'`);
    await using pooler = await startPgbouncer(inject("serverUrl"), { poolSize: 1 });
    const pooled = { url: pooler.url(db.url) };
    await applyAll(pooled, {
      "0001_set.sql": "DO $$ BEGIN SET lock_timeout = '77s'; END $$;",
      "0002_text.sql": "CREATE TABLE texts AS SELECT 'é'::text AS t;\nCREATE TABLE \"naïve\" ();",
    });
    expect(await db.query("SELECT length(t) AS letters FROM texts")).toEqual([{ letters: 1 }]);
    expect(await db.query(`SELECT to_regclass('"naïve"') IS NOT NULL AS made`)).toEqual([{ made: true }]);
  },
);

test("an index is built beside traffic without parallel workers, unless the policy or the file grants some", async () => {
  await using db = await testDatabase();
  // A row goes into an index when its predicate holds at the time of the build.
  await db.query(`CREATE TABLE items (id int); INSERT INTO items SELECT generate_series(1, 1000);
    CREATE FUNCTION may_have(workers text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$
      BEGIN RETURN current_setting('max_parallel_maintenance_workers') = workers; END $$`);
  const build = (workers: string): string =>
    `CREATE INDEX CONCURRENTLY items_${workers} ON items (id) WHERE may_have('${workers}');`;
  const files = { "0001_default.sql": `${build("0")}\n${build("2")}` };
  await upHere(db.url, writeProject(files)).done;
  const granted = {
    ...files,
    "0002_policy.sql": build("3"),
    "0003_file.sql": `SET max_parallel_maintenance_workers = 5;\n${build("5")}`,
  };
  await upHere(db.url, writeProject(granted), { buildWorkers: 3 }).done;
  const rows = await db.query<{ name: string; rows: number }>(
    "SELECT relname AS name, reltuples::int AS rows FROM pg_class WHERE relname ~ '^items_' ORDER BY relname",
  );
  expect(rows).toEqual([
    { name: "items_0", rows: 1_000 },
    { name: "items_2", rows: 0 },
    { name: "items_3", rows: 1_000 },
    { name: "items_5", rows: 1_000 },
  ]);
});
