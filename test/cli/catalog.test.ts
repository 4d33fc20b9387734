import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { parseCatalog } from "../../src/catalog/parse-catalog.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect } from "../../src/postgres/session.ts";
import { type CliEnd, runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await db.query(`
    CREATE TABLE orders (id int PRIMARY KEY, note text DEFAULT E'\\x1b[31m');
    CREATE SCHEMA app; CREATE TABLE app.t (a int); CREATE EXTENSION hstore`);
});
afterAll(() => db.drop());

const run = (...args: string[]): Promise<CliEnd> =>
  runCli(["catalog", ...args], { cwd: writeProject({}), env: { DATABASE_URL: db.url } });

const namesOf = ({ stdout }: CliEnd): string[] => parseCatalog(stdout).tables.map(({ name }) => name);

describe("catalog", () => {
  test("prints the schema as JSON that can be read again", async () => {
    const end = await run();
    expect(end).toMatchObject({ code: 0, stderr: "" });
    const catalog = parseCatalog(end.stdout);
    await using session = await connect(db.url);
    expect(catalog).toEqual(await readCatalog(session.query));
    expect(Object.keys(catalog)).toEqual(Object.keys(catalog).toSorted());
    expect(end.stdout).not.toContain("\u001b");
  });

  test("prints the fingerprint of the schema, with facts or without", async () => {
    const { stdout } = await run("--fingerprint");
    await using session = await connect(db.url);
    expect(stdout).toBe(`${catalogFingerprint(await readCatalog(session.query))}\n`);
    expect((await run("--fingerprint", "--facts")).stdout).toBe(stdout);
    const json = await runCliJson(["catalog", "--fingerprint"], {
      cwd: writeProject({}),
      env: { DATABASE_URL: db.url },
    });
    expect(json).toMatchObject({ code: 0, ok: true, result: { fingerprint: stdout.trim() } });
  });

  test("prints facts, other schemas and extensions when asked to", async () => {
    expect(namesOf(await run("--schema", "app"))).toEqual(["t"]);
    expect(namesOf(await run("--schema", "app", "pub*"))).toEqual(["t", "orders"]);
    expect(namesOf(await run("--exclude-schema", "a*"))).toEqual(["orders"]);
    expect(parseCatalog((await run("--facts")).stdout).facts.relations).toHaveLength(2);
    expect(parseCatalog((await run("--extensions")).stdout).routines.length).toBeGreaterThan(10);
  });

  test("names what keeps it from reading", async () => {
    const locker = await db.connect();
    await db.query("CREATE VIEW watched AS SELECT id FROM orders");
    await locker.query("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE");
    const url = `${db.url}?options=-c%20lock_timeout%3D200ms`;
    const { code, stderr } = await run("--database", url);
    await locker.query("ROLLBACK");
    expect(code).toBe(4);
    expect(stderr).toContain("✗ lock_timeout: canceling statement due to lock timeout");
  });
});
