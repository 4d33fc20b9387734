import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CATALOGUE } from "../../src/errors/catalogue.ts";
import { type CliEnd, CliProcess, runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { atGate, makeGates, openGate } from "../support/gate.ts";
import { picture } from "../support/picture.ts";
import { addFiles, type ProjectFiles, writeProject } from "../support/project.ts";
import { until } from "../support/until.ts";

const PROJECT: ProjectFiles = {
  "migrations/0001_orders.sql": "CREATE TABLE orders (id int PRIMARY KEY, total numeric);\n",
  "migrations/0002_index.sql":
    "CREATE INDEX CONCURRENTLY orders_total ON orders (total);\nALTER TABLE orders ADD COLUMN note text;\n",
};

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db.drop());

const run = (cwd: string, ...args: string[]): Promise<CliEnd> => runCli(args, { cwd, env: { DATABASE_URL: db.url } });

/** What two runs of the same command do not have in common. */
function steady(text: string): string {
  return text
    .replaceAll(db.name, "DATABASE")
    .replace(/\d+(?:\.\d+)? (?:ms|s)\b/g, "TIME")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, "DATE")
    .replace(/PostgreSQL \d+\.\d+/, "PostgreSQL N")
    .replace(/\S+:\d+$/gm, "HOST:PID")
    .replace(/ {2,}/g, "  ");
}

describe("up", () => {
  test("applies what is pending and tells every step", async () => {
    const { code, stdout, stderr } = await run(writeProject(PROJECT), "up");
    expect(code).toBe(0);
    expect(steady(stdout)).toBe("Applied 2 migrations in TIME; 2 in force.\n");
    expect(steady(stderr)).toBe(
      [
        "The state schema lockkeeper is in place (version 3).",
        "2 migrations, 3 steps",
        "up 0001_orders: 1 step",
        "  1/1 CREATE TABLE orders (id int PRIMARY KEY, total numeric)",
        "  1/1 done in TIME",
        "up 0001_orders: done in TIME",
        "up 0002_index: 2 steps",
        "  1/2 CREATE INDEX CONCURRENTLY orders_total ON orders (total)",
        "  1/2 done in TIME",
        "  2/2 ALTER TABLE orders ADD COLUMN note text",
        "  2/2 done in TIME",
        "up 0002_index: done in TIME",
        "",
      ].join("\n"),
    );
  });

  test("has nothing to do the second time, and changes nothing", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up");
    const before = await picture(db);
    expect(await run(cwd, "up")).toMatchObject({
      code: 0,
      stdout: "Nothing to do; 2 migrations in force.\n",
      stderr: "",
    });
    expect(await picture(db)).toEqual(before);
  });

  test("stops after --to", async () => {
    const cwd = writeProject(PROJECT);
    const { result } = await runCliJson(["up", "--to", "0001_orders"], { cwd, env: { DATABASE_URL: db.url } });
    expect(result).toMatchObject({ applied: ["0001_orders"], inForce: 1, ahead: [], waited: false });
  });

  test("does not know a --to that is no migration", async () => {
    const { code, stderr } = await run(writeProject(PROJECT), "up", "--to", "0009_none");
    expect(code).toBe(64);
    expect(stderr).toContain("✗ migration_unknown: There is no migration 0009_none.");
  });

  test("only shows what it would do with --dry-run", async () => {
    const before = await picture(db);
    const { code, stdout, stderr } = await run(writeProject(PROJECT), "up", "--dry-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("CREATE INDEX CONCURRENTLY orders_total ON orders (total);");
    expect(stdout).toMatch(/\n2 migrations would be applied\.\n$/);
    expect(await picture(db)).toEqual(before);
  });

  test("says when a newer release was here", async () => {
    await run(writeProject(PROJECT), "up");
    const { "migrations/0001_orders.sql": first = "" } = PROJECT;
    const { code, stdout } = await run(writeProject({ "migrations/0001_orders.sql": first }), "up");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "Nothing to do; 2 migrations in force.\n0002_index came from a newer release than this one.\n",
    });
  });

  test("applies an older file with --allow-out-of-order", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up");
    addFiles(cwd, { "migrations/0000_first.sql": "SELECT 1;\n" });
    expect(await run(cwd, "up")).toMatchObject({ code: 5 });
    expect(await run(cwd, "up", "--allow-out-of-order")).toMatchObject({ code: 0 });
  });

  test("takes its lock policy from the command line", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up");
    addFiles(cwd, { "migrations/0003_wait.sql": "ALTER TABLE orders ADD COLUMN more text;\n" });
    const reader = await db.connect();
    await reader.query("BEGIN");
    await reader.query("SELECT FROM orders");
    const { code, stderr } = await run(cwd, "up", "--lock-timeout", "300ms", "--lock-deadline", "0");
    expect(code).toBe(4);
    expect(stderr).toMatch(/✗ lock_timeout: The lock could not be had within 0 ms; in the way: pid \d+/);
    expect(stderr.match(/not applied/g)).toHaveLength(1);
    expect(stderr).toMatch(/PID {2,}APPLICATION {2,}USER {2,}STATE {2,}AGE {2,}LOCKS {2,}RELATION {2,}QUERY/);
    expect(stderr).toMatch(/idle in transaction .* AccessShareLock .* orders .* SELECT FROM orders/);
    expect(await run(cwd, "up", "--lock-timeout", "0")).toMatchObject({ code: 64 });
  });
});

describe("the removal of data", () => {
  const files = { ...PROJECT, "migrations/0003_drop.sql": "ALTER TABLE orders DROP COLUMN note;\nTRUNCATE orders;\n" };

  test("is refused where nobody confirms it, naming the statements", async () => {
    const cwd = writeProject(files);
    const before = await picture(db);
    const { code, stdout, stderr } = await run(cwd, "up");
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toBe(
      [
        "✗ confirmation_required: 2 statements would remove data:",
        "  migrations/0003_drop.sql:1  ALTER TABLE orders DROP COLUMN note  (column note of orders)",
        "  migrations/0003_drop.sql:2  TRUNCATE orders  (all rows of orders)",
        "",
        "  Not done: Nothing was changed.",
        "  Next:     Read what it would remove, then repeat it with --yes.",
        "",
      ].join("\n"),
    );
    expect(await picture(db)).toEqual(before);
  });

  test("is done with --yes", async () => {
    expect(await run(writeProject(files), "up", "--yes")).toMatchObject({ code: 0 });
  });

  test("is not asked about where what may be dropped is not there", async () => {
    const cwd = writeProject({
      "migrations/0001_first.sql":
        "DROP TABLE IF EXISTS gone, public.gone_too;\nDROP SCHEMA IF EXISTS nowhere;\nCREATE TABLE a (id int);\n",
      "migrations/0002_second.sql": "ALTER TABLE a DROP COLUMN IF EXISTS more;\nDROP MATERIALIZED VIEW IF EXISTS v;\n",
    });
    expect(await run(cwd, "up", "--to", "0001_first")).toMatchObject({ code: 0 });
    expect(await run(cwd, "up")).toMatchObject({ code: 0 });
    addFiles(cwd, {
      "migrations/0003_third.sql": "DROP TABLE IF EXISTS gone;\nALTER TABLE a DROP COLUMN IF EXISTS id;\n",
    });
    const { code, stderr } = await run(cwd, "up");
    expect(code).toBe(64);
    expect(stderr).toContain("1 statement would remove data:\n  migrations/0003_third.sql:2");
  });

  test("is asked about where an earlier statement may put it there", async () => {
    await db.query("CREATE TABLE orders (id int); CREATE SCHEMA old; CREATE TABLE old.things (id int)");
    for (const [number, sql] of [
      "ALTER TABLE orders RENAME TO orders_old; DROP TABLE IF EXISTS orders_old",
      "DO $$ BEGIN EXECUTE 'ALTER TABLE orders RENAME TO ' || 'orders' || '_old'; END $$; DROP TABLE IF EXISTS orders_old",
      "ALTER SCHEMA old RENAME TO older; DROP TABLE IF EXISTS older.things",
      "SET search_path = old; DROP TABLE IF EXISTS things",
    ].entries()) {
      const cwd = writeProject({ [`migrations/000${number + 1}_x.sql`]: `${sql};\n` });
      expect([sql, (await run(cwd, "up")).code]).toEqual([sql, 64]);
    }
  });

  test("is refused on the way down too", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up");
    const before = await picture(db);
    const { code, error } = await runCliJson(["down", "--steps", "2"], { cwd, env: { DATABASE_URL: db.url } });
    expect({ code, error }).toMatchObject({ code: 64, error: { code: "confirmation_required" } });
    expect(error?.data?.["removals"]).toMatchObject([
      { migration: "0002_index", removes: "column note of public.orders" },
      { migration: "0001_orders", removes: "table public.orders" },
    ]);
    expect(await picture(db)).toEqual(before);
  });
});

describe("down", () => {
  test("takes the newest back, last first", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up");
    const { code, stdout } = await run(cwd, "down", "--steps", "2", "--yes");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Took back 2 migrations: 0002_index, 0001_orders.\n" });
    expect(await db.query("SELECT to_regclass('orders') IS NULL AS none")).toEqual([{ none: true }]);
    expect(await run(cwd, "down")).toMatchObject({ code: 0, stdout: "Nothing to take back.\n" });
  });

  test("takes back everything after --to, and not both that and --steps", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up");
    expect(await run(cwd, "down", "--to", "0001_orders", "--steps", "1")).toMatchObject({ code: 64 });
    expect(await run(cwd, "down", "--to", "0001_orders", "--yes")).toMatchObject({
      code: 0,
      stdout: "Took back 1 migration: 0002_index.\n",
    });
  });

  test("works for a release that has not the files", async () => {
    await run(writeProject(PROJECT), "up");
    expect(await run(writeProject({}), "down", "--yes")).toMatchObject({
      code: 0,
      stdout: "Took back 1 migration: 0002_index.\n",
    });
  });

  test("wants a folder that somebody named to be there", async () => {
    await run(writeProject(PROJECT), "up");
    const { code, stderr } = await run(writeProject({}), "down", "--yes", "--migrations", "none");
    expect(code).toBe(64);
    expect(stderr).toContain("✗ migrations_unreadable: none does not exist.");
  });

  test("says which statement has no certain way back, before anything is touched", async () => {
    const cwd = writeProject({
      ...PROJECT,
      "migrations/0003_gone.sql": "DROP INDEX orders_total;\nTRUNCATE orders;\n",
    });
    await run(cwd, "up", "--yes");
    const before = await picture(db);
    const { code, error } = await runCliJson(["down", "--yes"], { cwd, env: { DATABASE_URL: db.url } });
    expect({ code, error }).toMatchObject({
      code: 3,
      error: { code: "undo_unavailable", at: { file: "migrations/0003_gone.sql", line: 2 } },
    });
    expect(await picture(db)).toEqual(before);
  });
});

describe("resume", () => {
  test("has nothing to do where nothing stands unfinished", async () => {
    expect(await run(writeProject(PROJECT), "resume")).toMatchObject({
      code: 0,
      stdout: "Nothing stands unfinished.\n",
    });
  });

  test("finishes what failed once the data is mended", async () => {
    const cwd = writeProject({
      ...PROJECT,
      "migrations/0003_unique.sql": "CREATE UNIQUE INDEX CONCURRENTLY orders_once ON orders (total);\n",
    });
    await run(cwd, "up", "--to", "0002_index");
    await db.query("INSERT INTO orders VALUES (1, 5), (2, 5)");
    expect(await run(cwd, "up")).toMatchObject({ code: 1 });
    await db.query("DELETE FROM orders WHERE id = 2");
    const { code, stdout, stderr } = await run(cwd, "resume");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Finished 0003_unique.\n" });
    expect(stderr).toContain("up 0003_unique: done in");
  });
});

describe("plan", () => {
  test("shows steps, phases, kinds, SQL and the way back", async () => {
    const cwd = writeProject({
      ...PROJECT,
      "migrations/0003_gone.sql": "-- lockkeeper: contract 0001_orders\nTRUNCATE orders;\n",
      "migrations/0004_own.sql": "SET search_path = s;\nCREATE VIEW v AS SELECT 1 AS one;\n",
      "migrations/0004_own.down.sql": "DROP VIEW v;\n",
    });
    const { code, stdout, stderr } = await run(cwd, "plan");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(readFileSync(new URL("plan.txt", import.meta.url), "utf8"));
  });

  test("plans named migrations without a database", async () => {
    const { code, stdout } = await runCli(["plan", "0002_index"], { cwd: writeProject(PROJECT) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^0002_index {2}migrations\/0002_index\.sql, 2 steps\n/);
    expect(stdout).not.toContain("0001_orders");
  });

  test("gives the plans as data", async () => {
    const options = { cwd: writeProject(PROJECT), env: { DATABASE_URL: db.url } };
    const { code, result } = await runCliJson(["plan", "--to", "0001_orders"], options);
    expect({ code, result }).toMatchObject({
      code: 0,
      result: { plans: [{ file: "migrations/0001_orders.sql", plan: { format: 1, migration: "0001_orders" } }] },
    });
  });

  test("gives a script that does what up does", async () => {
    const cwd = writeProject({
      ...PROJECT,
      "migrations/0003_rows.sql":
        "SET statement_timeout = '1min';\nCOPY orders (id) FROM stdin;\n1\n2\n\\.\nSELECT 1 -- one\n;\n",
      "migrations/0004_script.ts": 'export default { steps: [{ script: "fill" }], scripts: { async fill() {} } };\n',
    });
    const { stdout } = await run(cwd, "plan", "--sql");
    expect(stdout).toBe(
      [
        "-- psql -X -f THIS_FILE; nothing of it is recorded in the history.",
        "-- A statement that does not get its lock in time ends the script, and its transaction is rolled back. Trying again",
        "-- is the operator's: from that transaction on, or from that statement where it stands outside of a transaction. An",
        "-- index that a failed CREATE INDEX CONCURRENTLY leaves is INVALID and must be dropped first.",
        "\\set ON_ERROR_STOP on",
        "SET lock_timeout = 500;",
        "",
        "-- 0001_orders (migrations/0001_orders.sql)",
        "BEGIN;",
        "CREATE TABLE orders (id int PRIMARY KEY, total numeric);",
        "COMMIT;",
        "",
        "-- 0002_index (migrations/0002_index.sql)",
        "SET lock_timeout = 0;",
        "CREATE INDEX CONCURRENTLY orders_total ON orders (total);",
        "SET lock_timeout = 500;",
        "BEGIN;",
        "ALTER TABLE orders ADD COLUMN note text;",
        "COMMIT;",
        "",
        "-- 0003_rows (migrations/0003_rows.sql)",
        "BEGIN;",
        "SET LOCAL statement_timeout = '1min';",
        "COPY orders (id) FROM stdin;",
        "1",
        "2",
        "\\.",
        "SELECT 1;",
        "COMMIT;",
        "",
        "-- 0004_script (migrations/0004_script.ts)",
        "-- script fill runs in Lockkeeper only.",
        "",
      ].join("\n"),
    );
  });

  test("has nothing to show where nothing is pending", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up");
    expect(await run(cwd, "plan")).toMatchObject({ code: 0, stdout: "Nothing is pending.\n" });
    expect(await run(cwd, "plan", "--to", "0001_orders")).toMatchObject({
      code: 0,
      stdout: "0001_orders is in force already, and nothing before it is pending.\n",
    });
    expect(await run(cwd, "plan", "0009_none")).toMatchObject({ code: 64 });
  });
});

describe("status", () => {
  test("shows where every migration stands", async () => {
    const cwd = writeProject({
      ...PROJECT,
      "migrations/0003_bad.sql": "CREATE INDEX CONCURRENTLY i ON nothing (id);\n",
    });
    const before = await run(cwd, "status");
    expect(before.code).toBe(0);
    expect(steady(before.stdout)).toBe(
      [
        "DATABASE on PostgreSQL N: 0 applied, 3 pending",
        "Lockkeeper has not run here yet.",
        "",
        "MIGRATION  STATE  APPLIED  TOOK",
        "0001_orders  pending",
        "0002_index  pending",
        "0003_bad  pending",
        "",
      ].join("\n"),
    );
    await run(cwd, "up", "--to", "0001_orders");
    const { code, stdout, stderr } = await run(cwd, "status", "--exit-code");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(steady(stdout)).toBe(
      [
        "DATABASE on PostgreSQL N: 1 applied, 2 pending",
        "",
        "MIGRATION  STATE  APPLIED  TOOK",
        "0001_orders  applied  DATE  TIME",
        "0002_index  pending",
        "0003_bad  pending",
        "",
      ].join("\n"),
    );
  });

  test("tells what stopped a run that is half done", async () => {
    const cwd = writeProject({
      ...PROJECT,
      "migrations/0003_bad.sql": "CREATE INDEX CONCURRENTLY ON orders (total);\nSELECT 1/0;\n",
    });
    await run(cwd, "up");
    const { stdout } = await run(cwd, "status");
    expect(stdout).toMatch(/^0003_bad +partial \(run \d+ failed, 1 of 2 steps\)$/m);
    expect(stdout).toContain("statement_failed stopped 0003_bad: division by zero");
  });

  test("exits with 5 when history and files disagree, and it is asked to", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up");
    addFiles(cwd, { "migrations/0001_orders.sql": "SELECT 1;\n" });
    const { code, stdout } = await run(cwd, "status");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^0001_orders +edited/m);
    expect(stdout).toContain("migration_edited: migrations/0001_orders.sql was edited after it was applied");
    const asked = await runCliJson(["status", "--exit-code"], { cwd, env: { DATABASE_URL: db.url } });
    expect(asked).toMatchObject({ code: 5, ok: false, result: { problems: [{ code: "migration_edited" }] } });
  });

  test("lists the last of many that are in force, or all of them", async () => {
    const names = Array.from({ length: 14 }, (_, index) => `${String(index + 1).padStart(4, "0")}_m`);
    const cwd = writeProject(Object.fromEntries(names.map((name) => [`migrations/${name}.sql`, "SELECT 1;\n"])));
    await run(cwd, "baseline", "--to", "0012_m");
    const listed = ({ stdout }: CliEnd): string[] => stdout.match(/^\d{4}_m/gm) ?? [];
    const short = await run(cwd, "status");
    expect(listed(short)).toEqual(names.slice(2));
    expect(short.stdout).toContain("… and 2 earlier ones (--verbose lists them)");
    expect(listed(await run(cwd, "status", "--verbose"))).toEqual(names);
  });
});

describe("history", () => {
  test("shows what was run, newest first", async () => {
    const cwd = writeProject(PROJECT);
    expect(await run(cwd, "history")).toMatchObject({ code: 0, stdout: "Nothing was run here.\n" });
    await run(cwd, "up");
    await run(cwd, "down", "--yes");
    addFiles(cwd, { "migrations/0002_index.sql": "SELECT 1/0;\n" });
    await run(cwd, "up");
    const { code, stdout } = await run(cwd, "history");
    expect(code).toBe(0);
    const lines = stdout.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(lines[0]).toEqual(["RUN", "WAY", "MIGRATION", "STATE", "STARTED", "TOOK", "STEPS", "BY"]);
    expect(lines[2]).toEqual(["statement_failed: division by zero"]);
    expect(lines.filter(([run]) => /^\d+$/.test(run ?? "")).map((line) => line.slice(1, 4))).toEqual([
      ["up", "0002_index", "failed"],
      ["down", "0002_index", "done"],
      ["up", "0002_index", "undone"],
      ["up", "0001_orders", "done"],
    ]);
  });

  test("of one that was never run, and of one that nobody knows", async () => {
    const cwd = writeProject(PROJECT);
    expect(await run(cwd, "history", "0001_orders")).toMatchObject({
      code: 0,
      stdout: "0001_orders was not run here.\n",
    });
    const { code, stdout, stderr } = await run(cwd, "history", "0009_none");
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain("✗ migration_unknown: There is no migration 0009_none");
  });

  test("of one migration, with its steps and locks", async () => {
    const cwd = writeProject(PROJECT);
    // A table that the same call makes has no locks worth a line.
    await run(cwd, "up", "--to", "0001_orders");
    await run(cwd, "up");
    const { stdout } = await run(cwd, "history", "0002_index", "--limit", "1", "--verbose");
    expect(steady(stdout)).toContain(
      "\n  2  ALTER TABLE orders ADD COLUMN note text  (TIME; AccessExclusiveLock on orders)\n",
    );
    expect(stdout).not.toContain("0001_orders");
  });
});

describe("new", () => {
  test("numbers the file after those that are there", async () => {
    const cwd = writeProject({ "migrations/099_a.sql": "", "migrations/README.md": "" });
    expect(await runCli(["new", "Add  Orders!"], { cwd })).toMatchObject({
      code: 0,
      stdout: "migrations/100_add_orders.sql\n",
      stderr: "",
    });
  });

  test("makes the folder, and a file for the way back", async () => {
    const cwd = writeProject({});
    const { result } = await runCliJson(["new", "add orders", "--down"], { cwd });
    expect(result).toEqual({
      id: "0001_add_orders",
      files: ["migrations/0001_add_orders.sql", "migrations/0001_add_orders.down.sql"],
    });
    expect(readdirSync(join(cwd, "migrations")).toSorted()).toEqual([
      "0001_add_orders.down.sql",
      "0001_add_orders.sql",
    ]);
  });

  test("makes files that are refused until they are written", async () => {
    const cwd = writeProject({});
    await runCli(["new", "first", "--down"], { cwd });
    await runCli(["new", "second", "--ts"], { cwd });
    const [migrations, names] = [join(cwd, "migrations"), readdirSync(join(cwd, "migrations"))];
    // An unwritten file is refused; any change makes it the author's.
    expect((await run(cwd, "up")).stderr).toContain("migration_unwritten");
    for (const name of names) {
      appendFileSync(join(migrations, name), name.endsWith(".ts") ? "// mine\n" : "SELECT 1;\n");
    }
    expect(await run(cwd, "up")).toMatchObject({ code: 0 });
    expect((await run(cwd, "status")).stdout).toMatch(/: 2 applied\n/);
  });

  test("wants a name", async () => {
    const cwd = writeProject({});
    expect(await runCli(["new"], { cwd })).toMatchObject({ code: 64 });
    expect(await runCli(["new", "—"], { cwd })).toMatchObject({ code: 64 });
    expect(existsSync(join(cwd, "migrations"))).toBe(false);
  });
});

describe("decisions about the history", () => {
  test("repair records an edited file on purpose", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up");
    addFiles(cwd, { "migrations/0001_orders.sql": `${PROJECT["migrations/0001_orders.sql"]}-- a comment\n` });
    expect(await run(cwd, "repair", "0001_orders")).toMatchObject({ code: 64 });
    const { code, stdout } = await run(cwd, "repair", "0001_orders", "--reason", "a comment was added");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^0001_orders: recorded the checksum of the file, [0-9a-f]{64}, in place of [0-9a-f]{64}\.\n$/,
    );
    expect(await run(cwd, "up")).toMatchObject({ code: 0 });
    const { code: again, error } = await runCliJson(["repair", "0001_orders", "--reason", "x"], {
      cwd,
      env: { DATABASE_URL: db.url },
    });
    expect({ again, error }).toMatchObject({ again: 64, error: { code: "nothing_to_repair" } });
  });

  test("baseline records without running", async () => {
    const cwd = writeProject(PROJECT);
    const { code, stdout } = await run(cwd, "baseline", "--to", "0002_index", "--reason", "made by hand");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "Recorded 2 migrations as in force, up to 0002_index; nothing was run.\n",
    });
    expect(await db.query("SELECT to_regclass('orders') IS NULL AS none")).toEqual([{ none: true }]);
    expect(await run(cwd, "baseline", "--to", "0002_index")).toMatchObject({ code: 5 });
  });

  test("adopt takes over another tool's history", async () => {
    await db.query(`CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);
      INSERT INTO schema_migrations VALUES ('20240102030405')`);
    const file = (sql: string): string => `-- migrate:up\n${sql};\n\n-- migrate:down\n`;
    const cwd = writeProject({
      "migrations/20240102030405_a.sql": file("CREATE TABLE a (id int)"),
      "migrations/20240202030405_b.sql": file("CREATE TABLE b (id int)"),
    });
    const dry = await run(cwd, "adopt", "--dry-run");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toMatch(/^Would adopt 1 migration of dbmate from public\.schema_migrations\.\n/);
    expect(await run(cwd, "adopt", "--from", "flyway")).toMatchObject({ code: 5 });
    expect(await run(cwd, "adopt", "--from", "nothing")).toMatchObject({ code: 64 });
    const { code, stdout } = await run(cwd, "adopt", "--reason", "moving over");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Adopted 1 migration of dbmate from public\.schema_migrations\.\n1 of 2 files pending\. The table itself stays as it is\.\n/,
    );
    const up = await run(cwd, "up");
    expect(steady(up.stdout)).toBe("Applied 1 migration in TIME; 2 in force.\n");
    expect(await db.query("SELECT to_regclass('a') AS a, to_regclass('b')::text AS b")).toEqual([{ a: null, b: "b" }]);
  });
});

describe("wait", () => {
  test("ends when the migration is in force", async () => {
    const cwd = writeProject(PROJECT);
    const waiting = new CliProcess(["wait", "--for", "0002_index", "--timeout", "1m"], {
      cwd,
      env: { DATABASE_URL: db.url },
    });
    await waiting.hasPrinted(/Waiting for 0002_index: no migration is in force/);
    await run(cwd, "up");
    const { code, stdout } = await waiting.end;
    expect(code).toBe(0);
    expect(steady(stdout)).toBe("0002_index is in force since DATE; waited TIME.\n");
  });

  test("says what is there when the time is over", async () => {
    const { code, error } = await runCliJson(["wait", "--for", "0002_index", "--timeout", "200ms"], {
      cwd: writeProject(PROJECT),
      env: { DATABASE_URL: db.url },
    });
    expect({ code, error }).toMatchObject({ code: 4, error: { code: "wait_timeout" } });
  });

  test("wants to know what for, and a duration that is one", async () => {
    const cwd = writeProject(PROJECT);
    expect(await run(cwd, "wait")).toMatchObject({ code: 64 });
    expect(await run(cwd, "wait", "--for", "x", "--timeout", "soon")).toMatchObject({ code: 64 });
  });
});

describe("control from another terminal", () => {
  const files = {
    ...PROJECT,
    "migrations/0003_slow.sql": `-- lockkeeper: transaction each\n${atGate(1)};\n${atGate(2)};\nCREATE TABLE late (id int);\n`,
  };

  beforeEach(() => makeGates(db));

  test("pause, watch and resume steer the runner at work", async () => {
    const cwd = writeProject(files);
    const options = { cwd, env: { DATABASE_URL: db.url } };
    const up = new CliProcess(["up"], options);
    await up.hasPrinted(/1\/3 SELECT pass_gate/);
    const watch = new CliProcess(["watch"], options);
    await watch.hasPrinted(/up 0003_slow {2}running {2}0\/3/);
    const pause = await run(cwd, "pause", "--reason", "a look around");
    expect(pause.code).toBe(0);
    expect(pause.stdout).toMatch(
      /^\S+:\d+ was asked to pause after its step, or its batch; `lockkeeper resume` lets it go on\.\n$/,
    );
    // The runner learns of it when it renews its lease; the renewal at work may have begun before.
    for (const _ of ["one that had begun", "the next"]) {
      const [before] = await db.query("SELECT expires_at::text FROM lockkeeper.lease");
      await until("the lease is renewed", async () => {
        const [row] = await db.query("SELECT expires_at::text FROM lockkeeper.lease");
        return row?.["expires_at"] !== before?.["expires_at"];
      });
    }
    await openGate(db, 1);
    await up.hasPrinted(/0003_slow is paused by postgres; `lockkeeper resume` lets it go on\./);
    await watch.hasPrinted(/up 0003_slow {2}paused {2}\d\/3/);
    expect(await run(cwd, "resume")).toMatchObject({ code: 0, stdout: "The paused runner was told to go on.\n" });
    await up.hasPrinted(/0003_slow goes on\./);
    await openGate(db, 2);
    expect(await up.end).toMatchObject({ code: 0 });
    const { code, stdout } = await watch.end;
    expect(code).toBe(0);
    expect(stdout).toMatch(/up 0003_slow {2}done {2}3\/3 .*\nThe runner has ended\.\n$/);
  });

  test("abort cancels the statement, and watch ends with 1", async () => {
    const cwd = writeProject(files);
    const options = { cwd, env: { DATABASE_URL: db.url } };
    const up = new CliProcess(["up"], options);
    await openGate(db, 1);
    await up.hasPrinted(/2\/3 SELECT pass_gate/);
    const watch = new CliProcess(["watch", "--events"], options);
    await watch.hasPrinted(/"type":"watch.run"/);
    expect(await run(cwd, "abort")).toMatchObject({ code: 0 });
    const { code, stderr } = await up.end;
    expect(code).toBe(1);
    expect(stderr).toContain("✗ run_aborted: ");
    const watched = await watch.end;
    expect(watched.code).toBe(1);
    const records = watched.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.at(-2)).toMatchObject({ type: "watch.run", migration: "0003_slow", state: "aborted", stepsDone: 1 });
    expect(records.at(-1)).toMatchObject({ type: "result", ok: false, command: "watch" });
  });

  test("watch calls the only step of a run at work running", async () => {
    const cwd = writeProject({ "migrations/0001_slow.sql": `${atGate(1)};\n` });
    const options = { cwd, env: { DATABASE_URL: db.url } };
    const watch = new CliProcess(["watch", "--wait", "1m"], options);
    await watch.hasPrinted(/No runner is at work; waiting for one/);
    const up = new CliProcess(["up"], options);
    await watch.hasPrinted(/up 0001_slow {2}running {2}0\/1/);
    await openGate(db, 1);
    expect(await up.end).toMatchObject({ code: 0 });
    const { code, stdout } = await watch.end;
    expect(code).toBe(0);
    expect(stdout).toMatch(/up 0001_slow {2}done {2}1\/1 .*\nThe runner has ended\.\n$/);
  });

  test("watch has nothing to follow where no runner is at work", async () => {
    const cwd = writeProject(files);
    const { code, stdout, stderr } = await run(cwd, "watch");
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain("✗ run_not_found: No runner is at work in this database, so there is nothing to follow.");
    expect(await run(cwd, "watch", "--wait", "300ms")).toMatchObject({ code: 64 });
    expect(await run(cwd, "watch", "--wait", "soon")).toMatchObject({ code: 64 });
    const nowhere = { cwd, env: { DATABASE_URL: "postgres://127.0.0.1:1/none" } };
    expect(await runCli(["watch"], nowhere)).toMatchObject({ code: 69 });
  });

  test("there must be a runner to pause or to abort", async () => {
    const cwd = writeProject(files);
    for (const command of ["pause", "abort"]) {
      const { code, error } = await runCliJson([command], { cwd, env: { DATABASE_URL: db.url } });
      expect({ code, error }).toMatchObject({ code: 64, error: { code: "run_not_found" } });
    }
  });
});

describe("errors", () => {
  test("explains a code", async () => {
    const { code, stdout } = await runCli(["errors", "lock_timeout"], { cwd: "/" });
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        `lock_timeout: ${CATALOGUE.lock_timeout.summary}`,
        "",
        `  Next:      ${CATALOGUE.lock_timeout.action}`,
        "  Exit code: 4",
        "  Retry:     the same command may succeed later",
        "",
      ].join("\n"),
    );
  });

  test("lists them all", async () => {
    const { stdout } = await runCli(["errors"], { cwd: "/" });
    expect(stdout.match(/^[a-z_]+(?= )/gm)).toEqual(Object.keys(CATALOGUE));
  });

  test("does not know others, and needs no configuration that works", async () => {
    const cwd = writeProject({ "lockkeeper.config.json": "{" });
    expect(await runCli(["errors", "config_unreadable"], { cwd })).toMatchObject({ code: 0 });
    expect(await runCli(["errors", "no_such_code"], { cwd })).toMatchObject({ code: 64 });
    expect((await runCli(["errors", "LOCK-TIMEOUT"], { cwd })).stdout).toMatch(/^lock_timeout: /);
  });
});

describe("doctor", () => {
  test("finds nothing wrong where nothing is", async () => {
    const { code, stdout, stderr } = await run(writeProject(PROJECT), "doctor");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("✓ migrations: 2 migrations can be read in migrations.\n");
    expect(stdout).toMatch(/\n✓ connection: .*\n/);
    expect(stdout).toMatch(/\nNothing stands in the way\.\n$/);
  });

  test("exits with 1 when something stands in the way, and says what to do", async () => {
    const cwd = writeProject({ "migrations/orders.sql": "SELECT 1;\n" });
    const { code, stdout } = await run(cwd, "doctor", "--database", "postgres://localhost:1/shop");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ migrations: migrations\/orders\.sql has no number .*\n {4}Name it NUMBER_name\.sql/);
    expect(stdout).toMatch(/\n✗ connection: localhost:1\/shop cannot be reached.*\n {4}Check that/);
    expect(stdout).toMatch(/\n2 findings\.\n$/);
  });
});
