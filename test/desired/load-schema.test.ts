import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { type LoadOptions, loadSchema } from "../../src/desired/load-schema.ts";
import type { LeftOut, SchemaSource } from "../../src/desired/schema-source.ts";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";

let db: TestDatabase;
beforeAll(async () => {
  await loadParser();
  db = await testDatabase();
});
afterAll(() => db.drop());

const SERVER = inject("serverUrl");
const limit = (timeoutMs = 10_000, signal = new AbortController().signal) => ({ server: SERVER, timeoutMs, signal });

async function load(
  sources: readonly (string | SchemaSource)[],
  options: Partial<LoadOptions> = {},
): Promise<{ readonly leftOut: readonly LeftOut[]; readonly relations: readonly string[] }> {
  await db.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  await using session = await connect(db.url);
  const files = sources.map((one, at) => (typeof one === "string" ? { file: `${at + 1}.sql`, text: one } : one));
  const { leftOut } = await loadSchema(session, files, { ownServer: false, limit: limit(), ...options });
  const { tables, views } = await readCatalog(session.query);
  return { leftOut, relations: [...tables, ...views].map(({ schema, name }) => `${schema}.${name}`) };
}

async function failure(...args: Parameters<typeof load>): Promise<LockkeeperError> {
  const error = await load(...args).catch((thrown: unknown) => thrown);
  if (error instanceof LockkeeperError) return error;
  throw new Error(`not refused: ${error}`);
}

describe("a schema of SQL files", () => {
  test("is loaded in whatever order its statements come", async () => {
    const { relations } = await load([
      "CREATE VIEW v AS SELECT id FROM orders; ALTER TABLE orders ADD note text; CREATE INDEX ON orders (note);",
      "CREATE TABLE orders (id int PRIMARY KEY, person int REFERENCES people, mood mood);",
      "ALTER TABLE people ADD PRIMARY KEY (id); CREATE TABLE people (id int); CREATE TYPE mood AS ENUM ('ok')",
    ]);
    expect(relations).toEqual(["public.orders", "public.people", "public.v"]);
  });

  test("has settings by the file, which hold when a statement is tried again", async () => {
    const { relations } = await load([
      "SET search_path TO app; CREATE TABLE a (id int REFERENCES public.b);",
      "CREATE TABLE b (id int PRIMARY KEY); CREATE SCHEMA app;",
      "\\restrict abc\nSELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.c ();\n\\unrestrict abc",
      "BEGIN; SET LOCAL search_path = app; CREATE TABLE d (); CREATE TABLE public.e (); COMMIT;",
    ]);
    expect(relations).toEqual(["app.a", "app.d", "public.b", "public.c", "public.e"]);
    await db.query("DROP SCHEMA app CASCADE");
  });

  test("brings its data and what runs in no transaction", async () => {
    await load(["CREATE TABLE t (id int);\nCOPY t FROM stdin;\n1\n2\n\\.\nCREATE INDEX CONCURRENTLY ON t (id);"]);
    expect(await db.query("SELECT count(*)::int AS n FROM t")).toEqual([{ n: 2 }]);
  });

  test("that cannot be loaded says where, by file, line and column", async () => {
    const late = await failure(["CREATE TABLE t (id int);\n\nCREATE VIEW v AS\n  SELECT id, missing FROM t;"]);
    expect(late).toMatchObject({
      code: "schema_invalid",
      at: { file: "1.sql", line: 4, column: 14, excerpt: "  SELECT id, missing FROM t;" },
      data: { sqlstate: "42703" },
    });
    expect(late.message).toBe('1.sql:4: column "missing" does not exist');
    const wrong = await failure([{ file: "m.sql", firstLine: 7, text: "CREATE TABLE t (id int, id int)" }]);
    expect(wrong).toMatchObject({ code: "schema_invalid", at: { file: "m.sql", line: 7, column: 1 } });
    expect(await failure(["CREATE TABLE t (id int"])).toMatchObject({ code: "sql_syntax", at: { file: "1.sql" } });
    expect(await failure(["\\i other.sql"])).toMatchObject({ code: "sql_meta_command", at: { line: 1 } });
  });

  test("is told with all that cannot be loaded, what others may fail for first", async () => {
    const error = await failure([
      "CREATE VIEW v AS SELECT * FROM t;\nCREATE TABLE t (id nope);\nCREATE TABLE u (a int, a int);",
    ]);
    expect(error.message).toBe(
      '3 statements cannot be loaded:\n1.sql:3: column "a" specified more than once\n1.sql:1: relation "t" does not exist\n1.sql:2: type "nope" does not exist',
    );
    expect(error).toMatchObject({ at: { line: 3 }, data: { sqlstate: "42701" } });
    expect(error.data?.["failures"]).toHaveLength(3);
  });

  test("may hold what is missing for another reason than its name", async () => {
    const { relations } = await load([
      "CREATE VIEW by_key AS SELECT id, name FROM t GROUP BY id; CREATE TABLE t (id int, name text);",
      "INSERT INTO t VALUES (2, 'ok'), (1, 'ok'); ALTER TABLE t ADD PRIMARY KEY (id); CREATE TABLE m (m mood DEFAULT 'new');",
      "CREATE TYPE mood AS ENUM ('old'); ALTER TYPE mood ADD VALUE 'new';",
    ]);
    expect(relations).toEqual(["public.m", "public.t", "public.by_key"]);
  });

  test("has its functions read when all is there, at their places", async () => {
    const late = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM later';";
    await load([`${late}\nCREATE TABLE later (id int);`]);
    const error = await failure([`CREATE TABLE x (id int);\n\n  ${late}`]);
    expect(error).toMatchObject({ code: "schema_invalid", at: { line: 3, column: 78 }, data: { sqlstate: "42P01" } });
    const syntax = await failure([
      "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETRN 1;\nEND $$;",
    ]);
    expect(syntax.at).toMatchObject({ line: 3, excerpt: "  RETRN 1;" });
    await load([`SET check_function_bodies = false;\n${late}`]);
  });

  test("that a newer server dumped is loaded without the settings that this one has not", async () => {
    const { leftOut } = await load(["SET no_such_setting = 0;\nSET row_security = off;\nCREATE TABLE t (id int);"]);
    expect(leftOut).toEqual([
      { file: "1.sql", line: 1, reason: 'unrecognized configuration parameter "no_such_setting"' },
    ]);
  });

  test("that names roles which a server of others has not is refused, or loaded without their privileges", async () => {
    const sql = "CREATE TABLE t (id int);\nGRANT SELECT ON t TO nobody_here;\nALTER TABLE t OWNER TO nobody_here;";
    expect(await failure([sql])).toMatchObject({
      code: "role_missing",
      at: { line: 2 },
      data: { role: "nobody_here" },
    });
    const { leftOut } = await load([sql], { withoutMissingRoles: true });
    expect(leftOut.map(({ line, reason }) => [line, reason])).toEqual([
      [2, "there is no role nobody_here"],
      [3, "there is no role nobody_here"],
    ]);
    const policy = "CREATE TABLE t (id int);\nCREATE POLICY p ON t TO nobody_here USING (true);";
    expect(await failure([policy], { withoutMissingRoles: true })).toMatchObject({ code: "role_missing" });
  });

  test("is without what a ROLLBACK takes back, settings too", async () => {
    const { relations } = await load([
      "BEGIN; SET search_path = nowhere; CREATE TABLE a (); ROLLBACK; CREATE TABLE b ();",
      "BEGIN; CREATE TABLE c (); SAVEPOINT s; CREATE TABLE d (); ROLLBACK TO s; CREATE TABLE e (); COMMIT AND CHAIN; CREATE TABLE f (); ABORT; CREATE TABLE g ();",
      "CREATE TABLE h (); ROLLBACK; START TRANSACTION; SAVEPOINT s; CREATE TABLE i (); RELEASE s; END",
    ]);
    expect(relations).toEqual(["b", "c", "e", "g", "h", "i"].map((name) => `public.${name}`));
  });

  test("in which two files define one thing otherwise is refused, also where the server would say nothing", async () => {
    const first = "CREATE TABLE IF NOT EXISTS t (id int);";
    const other = "CREATE SCHEMA IF NOT EXISTS public;\nCREATE TABLE public.t (id bigint);";
    expect(await failure([other, first])).toMatchObject({
      code: "schema_invalid",
      at: { file: "2.sql", line: 1 },
      message: "2.sql:1: t is defined otherwise in 1.sql:2, and one of the two would count without a word.",
    });
    const body = (text: string) => `CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT ${text}';`;
    expect(await failure([body("1"), body("2")])).toMatchObject({ code: "schema_invalid", at: { file: "2.sql" } });
    const { relations } = await load([
      `${first} CREATE SCHEMA IF NOT EXISTS public; ${body("1")} ${body("2")}`,
      `CREATE TABLE IF NOT EXISTS t (id int); ${body("a").replace("a int", "a text").replace("RETURNS int", "RETURNS text")}`,
      "CREATE SCHEMA other; SET search_path = other; CREATE TABLE IF NOT EXISTS t (id text)",
    ]);
    expect(relations).toEqual(["other.t", "public.t"]);
    await db.query("DROP SCHEMA other CASCADE");
  });

  test("that must come in its order is not tried again", async () => {
    const sql = "CREATE VIEW v AS SELECT 1 FROM t; CREATE TABLE t (id int);";
    expect(await failure([sql], { ordered: true })).toMatchObject({ code: "schema_invalid" });
  });

  test("that needs an extension which the server has not says what helps", async () => {
    const error = await failure(["CREATE EXTENSION no_such_extension"]);
    expect(error.action).toBe("Name a server that has the extension with --scratch URL.");
  });

  test("leaves alone what lies beyond its database", async () => {
    const { leftOut, relations } = await load([
      "CREATE ROLE beyond;\nALTER SYSTEM SET work_mem = '1MB';\nCREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p;\nGRANT CONNECT ON DATABASE shop TO public;\nCOMMENT ON DATABASE shop IS '';\nCREATE TABLE t (id int);\nCOPY t TO '/tmp/never';",
    ]);
    expect(leftOut.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 7]);
    expect(relations).toEqual(["public.t"]);
    expect(await db.query("SELECT FROM pg_roles WHERE rolname = 'beyond'")).toEqual([]);
  });

  test("finds the roles that it names on a server of our own", async () => {
    const sql =
      'CREATE TABLE t (id int); GRANT SELECT ON t TO "Reader"; ALTER TABLE t OWNER TO owner_x; CREATE ROLE made_x; GRANT ALL ON t TO made_x';
    await load([sql], { ownServer: true });
    expect(await db.query("SELECT tableowner FROM pg_tables WHERE tablename = 't'")).toEqual([
      { tableowner: "owner_x" },
    ]);
    await onServer(db.url, (client) =>
      client.query('DROP TABLE t; DROP ROLE "Reader"; DROP ROLE owner_x; DROP ROLE made_x'),
    );
  });

  test("whose statement never ends is given up, and so is one that nobody waits for", async () => {
    const endless = ["CREATE TABLE t (id int);\nSELECT pg_sleep(600);"];
    expect(await failure(endless, { limit: limit(200) })).toMatchObject({ code: "wait_timeout", at: { line: 2 } });
    const stop = new AbortController();
    const loading = failure(endless, { limit: limit(60_000, stop.signal) });
    const sleeps =
      "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()";
    await expect.poll(() => onServer(SERVER, async (client) => (await client.query(sleeps)).rowCount)).toBe(1);
    stop.abort();
    expect(await loading).toMatchObject({ code: "interrupted" });
    await expect.poll(() => onServer(SERVER, async (client) => (await client.query(sleeps)).rowCount)).toBe(0);
  });
});
