import { afterAll, beforeAll, expect, test } from "vitest";
import { openScratch } from "../../src/desired/open-scratch.ts";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { connect } from "../../src/postgres/session.ts";
import { runCli } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { observe } from "../support/diff/observe.ts";
import { writeProject } from "../support/project.ts";
import { type TestRole, testRole } from "../support/role.ts";

let db: TestDatabase;
let role: TestRole;
let empty: readonly string[];

beforeAll(async () => {
  db = await testDatabase();
  role = await testRole(db);
  await db.query(`CREATE EXTENSION citext; GRANT CREATE ON DATABASE ${db.name} TO ${role.name};
    GRANT ALL ON SCHEMA public TO ${role.name}`);
  empty = await seen();
});
afterAll(async () => {
  await role[Symbol.asyncDispose]();
  await db.drop();
});

async function seen(): Promise<readonly string[]> {
  await using session = await connect(db.url);
  return await observe(session.query);
}

async function failure(waitMs?: number): Promise<LockkeeperError> {
  const found = await openScratch({ database: role.url }, waitMs).catch((error: unknown) => error);
  if (found instanceof LockkeeperError) return found;
  throw new Error("it was taken");
}

const SHOP = `CREATE SCHEMA shop; CREATE TYPE shop.mood AS ENUM ('sad');
  CREATE TABLE public.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood shop.mood, name citext);
  CREATE VIEW shop.v AS SELECT id FROM public.t; CREATE FUNCTION shop.f(shop.mood) RETURNS int LANGUAGE sql RETURN 1;
  CREATE TABLE public.days (day date) PARTITION BY RANGE (day); CREATE TABLE public.rest PARTITION OF public.days DEFAULT;
  CREATE SCHEMA lockkeeper; CREATE TABLE lockkeeper.run (id int);
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC`;

test("a database that is named for it is used by one at a time, and is left empty behind", async () => {
  {
    await using scratch = await openScratch({ database: role.url, named: "postgres://127.0.0.1:1/none" });
    expect(scratch.place).toBe("named database");
    await using session = await connect(scratch.url);
    await session.query(SHOP);
    expect(await failure(50)).toMatchObject({ code: "scratch_unavailable" });
  }
  expect(await seen()).toEqual(empty);
});

test("who waits for it gets it once it is empty", async () => {
  const first = await openScratch({ database: role.url });
  const second = openScratch({ database: role.url });
  await expect.poll(() => waiting()).toBe(1);
  await using session = await connect(first.url);
  await session.query("CREATE TABLE public.t (id int)");
  await first[Symbol.asyncDispose]();
  await using scratch = await second;
  expect(scratch.place).toBe("named database");
});

async function waiting(): Promise<number> {
  const [found] = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_locks JOIN pg_database d ON d.oid = database
     WHERE locktype = 'advisory' AND NOT granted AND d.datname = current_database()`,
  );
  return found?.n ?? 0;
}

test("a database that holds anything is refused by what is in it, and what a killed run left is told and not touched", async () => {
  const scratch = await openScratch({ database: role.url });
  await using session = await connect(scratch.url);
  await session.query(SHOP);
  await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'lockkeeper scratch keeper'`);
  await scratch[Symbol.asyncDispose]();
  const full = await seen();
  const refused = await failure();
  expect(refused).toMatchObject({ code: "scratch_not_empty", exitCode: 3 });
  expect(refused.message).toMatch(
    /holds table lockkeeper\.run, table public\.days, table public\.rest, table public\.t, function shop\.f\(shop\.mood\) and \d+ more\.$/,
  );
  expect(refused.action).toContain(`DROP DATABASE ${db.name}; CREATE DATABASE ${db.name}`);
  expect(await seen()).toEqual(full);
  await session.query("DROP SCHEMA shop, lockkeeper CASCADE; DROP TABLE public.t, public.days");
  await session.query("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM PUBLIC");
  expect(await seen()).toEqual(empty);
});

test("commands load both sides into it one after the other, and make no roles on its server", async () => {
  const cwd = writeProject({
    "from.sql": "CREATE TABLE t (id int PRIMARY KEY);",
    "to.sql": "CREATE TABLE t (id int PRIMARY KEY, name citext);",
    "roles.sql": "CREATE TABLE t (id int); GRANT SELECT ON t TO nobody_here;",
  });
  const diff = (to: string) =>
    runCli(["diff", "--from", "from.sql", "--to", to, "--scratch-database", role.url], { cwd });
  expect(await diff("to.sql")).toMatchObject({
    code: 0,
    stdout: "ALTER TABLE public.t ADD COLUMN name public.citext;\n",
  });
  const { code, stderr } = await diff("roles.sql");
  expect([code, stderr]).toEqual([64, expect.stringContaining("role_missing")]);
  expect(await db.query("SELECT FROM pg_roles WHERE rolname = 'nobody_here'")).toEqual([]);
  expect(await seen()).toEqual(empty);
});

test("the database that is compared, or that is the project's, is refused under any URL", async () => {
  const cwd = writeProject({ "to.sql": "CREATE TABLE t (id int);" });
  const refused = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await runCli(["diff", "--to", "to.sql", ...args, "--scratch-database", role.url], { cwd });
    expect([code, stderr]).toEqual([64, expect.stringContaining("scratch_is_target")]);
  };
  await refused("--database", db.url);
  await refused("--from", db.url.replace("localhost", "127.0.0.1"));
  await refused("--from", "to.sql", "--database", db.url);
  expect(await seen()).toEqual(empty);
});
