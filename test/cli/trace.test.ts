import { describe, expect, inject, test } from "vitest";
import { parseCatalog } from "../../src/catalog/parse-catalog.ts";
import { createScratchDatabase } from "../../src/postgres/scratch-database.ts";
import type { TraceReport } from "../../src/trace/trace-report.ts";
import { CliProcess, runCli, runCliJson } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { writeProject } from "../support/project.ts";

const PROJECT = {
  "migrations/0001_orders.sql": "CREATE TABLE orders (id int PRIMARY KEY, note text);",
  "migrations/0002_more.ts": `export default { steps: [{ sql: "CREATE TABLE more (id int)" }, { script: "fill" }], scripts: { async fill() {} } };`,
  "migrations/0003_index.sql": "CREATE INDEX orders_note ON orders (note);\nALTER TABLE more ADD COLUMN x int;",
  "migrations/0004_later.sql": "CREATE TABLE later (id int);",
  "other/change.sql": "ALTER TABLE parts ADD COLUMN x int;",
  "other/endless.sql": "SELECT pg_sleep(600);",
  "other/failing.sql": "CREATE TABLE here (id int);\nSELECT missing FROM here;",
  "schema/b.sql": "CREATE VIEW seen AS SELECT id FROM parts;",
  "schema/a.sql": "CREATE TABLE parts (id int);",
  "schema/wrong/c.sql": "CREATE TABLE wrong (id nonsense);",
};
const scratch = ["--scratch", inject("serverUrl")];

/** Those that a trace with a timeout of its own, or none, uses now. */
const tracing = (): Promise<readonly string[]> =>
  onServer(inject("serverUrl"), async (client) => {
    const { rows } = await client.query(
      "SELECT DISTINCT datname FROM pg_stat_activity WHERE datname LIKE 'lockkeeper\\_scratch\\_%' AND query = 'SELECT pg_sleep(600)'",
    );
    return rows.map(({ datname }) => datname);
  });

const isThere = (name: string): Promise<boolean> =>
  onServer(inject("serverUrl"), async (client) => {
    return (await client.query("SELECT FROM pg_database WHERE datname = $1", [name])).rowCount === 1;
  });

describe("trace", () => {
  test("runs a migration on what the earlier ones make, and prints steps with what was seen", async () => {
    const cwd = writeProject(PROJECT);
    const { code, stdout, stderr } = await runCli(["trace", "migrations/0003_index.sql", ...scratch], { cwd });
    expect(stderr).toBe("");
    expect(stdout).toContain("0003_index  migrations/0003_index.sql, PostgreSQL ");
    expect(stdout).toContain("  left out: migrations/0002_more.ts:1: script fill is not run in a scratch database\n");
    expect(stdout).toMatch(/ {5}CREATE INDEX CONCURRENTLY orders_note ON orders \(note\); {2}\d/);
    expect(stdout).toContain("       instead of: CREATE INDEX orders_note ON orders (note)\n");
    expect(stdout).toContain("       public.orders (table): SHARE UPDATE EXCLUSIVE; index build\n");
    expect(stdout).toContain("       public.more (table): ACCESS EXCLUSIVE; blocks reads and writes\n");
    expect(stdout).toMatch(/2 steps, as predicted\.\n$/);
    expect(code).toBe(0);
  });

  test("finds a migration by its id, and gives the report as JSON", async () => {
    const cwd = writeProject(PROJECT);
    const { code, result } = await runCliJson<TraceReport>(["trace", "0003_index", "--as-written", ...scratch], {
      cwd,
    });
    expect(code).toBe(0);
    expect(result).toMatchObject({
      migration: "0003_index",
      place: "named server",
      differences: 0,
      isWhole: true,
      rows: {
        filled: [
          { table: "public.more", rows: 3 },
          { table: "public.orders", rows: 3 },
        ],
        empty: [],
      },
      steps: [{ step: 1, kind: "ddl", outcome: "done" }],
    });
    expect(result?.steps[0]?.statements[0]?.relations[0]).toMatchObject({
      relation: "public.orders",
      lock: { predicted: "SHARE", observed: "SHARE", differs: false },
    });
  });

  test("runs any SQL file on a schema of files, and on an embedded server when no other is named", async () => {
    const cwd = writeProject(PROJECT);
    const args = ["trace", "other/change.sql", "--schema", "schema/?.sql", "--server-version", "15"];
    const { code, result } = await runCliJson<TraceReport>(args, { cwd });
    expect(result).toMatchObject({ place: "embedded server", isWhole: true, migration: "change" });
    expect(Math.floor((result?.serverVersion ?? 0) / 10_000)).toBe(15);
    expect(code).toBe(0);
  });

  test("takes what is in force in the database, and a scratch database beside it when told to", async () => {
    await using db = await testDatabase();
    const cwd = writeProject(PROJECT);
    const env = { DATABASE_URL: db.url };
    expect((await runCli(["up", "--to", "0001_orders", "--yes"], { cwd, env })).code).toBe(0);
    const args = ["trace", "0004_later", "--scratch-on-target"];
    const { result } = await runCliJson<TraceReport>(args, { cwd, env });
    expect(result).toMatchObject({ place: "target's server", isWhole: true });
    expect(result?.rows.filled).toEqual([{ table: "public.orders", rows: 3 }]);
  });

  test("exits with 1 when a statement fails, and tells what it did before", async () => {
    const cwd = writeProject(PROJECT);
    const { code, stdout } = await runCli(["trace", "other/failing.sql", "--schema", "schema/a.sql", ...scratch], {
      cwd,
    });
    expect(code).toBe(1);
    expect(stdout).toContain('failed: 42703 column "missing" does not exist\n');
    expect(stdout).toMatch(/CREATE TABLE here \(id int\); {2}\d+ ms\n/);
    expect(stdout).toMatch(/The migration failed; up to there as predicted\.\n$/);
  });

  test("says what is wrong with a schema, a timeout, a file and a server", async () => {
    const cwd = writeProject(PROJECT);
    const wrong = await runCliJson(["trace", "other/change.sql", "--schema", "schema", ...scratch], { cwd });
    expect(wrong).toMatchObject({
      code: 64,
      error: { code: "schema_invalid", at: { file: "schema/wrong/c.sql", line: 1, column: 24 } },
    });
    const failure = async (...args: string[]) => (await runCliJson(["trace", ...args], { cwd })).error?.code;
    expect(await failure("other/change.sql", "--timeout", "soon")).toBe("usage");
    expect(await failure("missing.sql")).toBe("usage");
    expect(await failure("schema/?.sql")).toBe("usage");
    expect(await failure("migrations/0003_index.sql", "--scratch", "postgres://127.0.0.1:1/postgres")).toBe(
      "database_unavailable",
    );
    expect(await failure("migrations/0003_index.sql", "--scratch", "nowhere")).toBe("database_url_invalid");
  });

  test("that is interrupted leaves no scratch database; one that is killed leaves it to the next", async () => {
    const cwd = writeProject(PROJECT);
    const args = ["trace", "other/endless.sql", "--schema", "schema/a.sql", ...scratch, "--timeout", "1h"];
    const interrupted = new CliProcess(args, { cwd });
    await expect.poll(tracing, { timeout: 60_000 }).toHaveLength(1);
    const [first = ""] = await tracing();
    interrupted.signal("SIGINT");
    expect((await interrupted.end).code).toBe(130);
    expect(await isThere(first)).toBe(false);

    const killed = new CliProcess(args, { cwd });
    await expect.poll(tracing, { timeout: 60_000 }).toHaveLength(1);
    const [second = ""] = await tracing();
    killed.signal("SIGKILL");
    await killed.end;
    // The server ends the statement of a client that is gone.
    await expect.poll(tracing, { timeout: 30_000 }).toEqual([]);
    expect(await isThere(second)).toBe(true);
    await expect
      .poll(
        async () => {
          await (await createScratchDatabase({ named: inject("serverUrl") }, 0))[Symbol.asyncDispose]();
          return await isThere(second);
        },
        { timeout: 30_000 },
      )
      .toBe(false);
  });
});

describe("catalog of files", () => {
  test("prints what they make, in whatever order they come", async () => {
    const cwd = writeProject(PROJECT);
    const { code, stdout, stderr } = await runCli(["catalog", "schema/?.sql", ...scratch], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { tables, views, facts } = parseCatalog(stdout);
    expect([...tables, ...views].map(({ name }) => name)).toEqual(["parts", "seen"]);
    expect(facts.server.database).toBe("scratch");
    const fingerprints = [];
    for (const version of ["15", "15"]) {
      const args = ["catalog", "schema/a.sql", "schema/b.sql", "--fingerprint", "--server-version", version];
      fingerprints.push((await runCli(args, { cwd })).stdout);
    }
    expect(fingerprints[0]).toMatch(/^[0-9a-f]{64}\n$/);
    expect(fingerprints[0]).toBe(fingerprints[1]);
  });

  test("says where they cannot be loaded, and what was left out", async () => {
    const cwd = writeProject({ ...PROJECT, "roles.sql": "CREATE TABLE t (id int);\nCREATE ROLE someone_else;" });
    const { code, stderr } = await runCli(["catalog", "schema", ...scratch], { cwd });
    expect(code).toBe(64);
    expect(stderr).toContain('schema_invalid: schema/wrong/c.sql:1: type "nonsense" does not exist');
    const roles = await runCli(["catalog", "roles.sql", ...scratch], { cwd });
    expect(roles).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("Left out: roles.sql:2: reaches beyond its database."),
    });
  });
});
