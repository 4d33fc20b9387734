import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { RehearsalReport } from "../../../src/safety/rehearsal/rehearsal-report.ts";
import { CliProcess, runCli, runCliJson } from "../../support/cli.ts";
import { runCliHere } from "../../support/cli-here.ts";
import type { TestDatabase } from "../../support/database.ts";
import { onServer } from "../../support/on-server.ts";
import { type ProjectFiles, writeProject } from "../../support/project.ts";
import { until } from "../../support/until.ts";
import { shop } from "./rehearse-here.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await shop();
});
afterAll(() => db.drop());

test("in a pull request: a schema, seeds, an exit code and artefacts; nothing is asked of a database", async () => {
  const cwd = writeProject({
    "migrations/0001_users.sql":
      "CREATE TABLE users (id int PRIMARY KEY, email text);\nGRANT SELECT ON users TO reader;",
    "migrations/0002_unique.sql": "CREATE UNIQUE INDEX users_email ON users (email);",
    "dump.sql": "CREATE TABLE public.users (id int PRIMARY KEY, email text);\nGRANT SELECT ON public.users TO reader;",
    "seed.sql": "INSERT INTO users VALUES (1, 'a@example.com'), (2, 'a@example.com');",
  });
  const args = ["rehearse", "--ci", "--schema", "dump.sql", "--after", "0001_users", "--seed", "seed.sql"];
  const end = await runCliJson<RehearsalReport>([...args, "--html", "out/r.html", "--markdown", "r.md"], { cwd });
  expect(end.code).toBe(1);
  expect(end.result).toMatchObject({
    held: false,
    migrations: ["0002_unique"],
    source: { kind: "made", of: "dump.sql" },
    findings: [{ sqlState: "23505", rows: [{ email: "a@example.com" }], step: { step: 1 } }],
    production: null,
  });
  expect(readFileSync(join(cwd, "out/r.html"), "utf8")).toContain("did not hold");
  expect(readFileSync(join(cwd, "r.md"), "utf8")).toContain("row: email=a@example.com");
});

/** Scratch databases in which a rehearsal waits in its step. */
const waiting = (): Promise<readonly string[]> =>
  onServer(inject("serverUrl"), async (client) => {
    const { rows } = await client.query(
      "SELECT datname FROM pg_stat_activity WHERE datname LIKE 'lockkeeper\\_scratch\\_%' AND query LIKE '%pg_sleep(4711)%' AND state = 'active'",
    );
    return rows.map(({ datname }) => datname);
  });

const isThere = (name: string): Promise<boolean> =>
  onServer(inject("serverUrl"), async (client) => {
    return (await client.query("SELECT FROM pg_database WHERE datname = $1", [name])).rowCount === 1;
  });

const SLOW = { "migrations/0001_slow.sql": "DO $$ BEGIN PERFORM pg_sleep(4711); END $$;" };

test("ended by a signal it drops its copy and records nothing; killed, it leaves one that goes by itself", async () => {
  const cwd = writeProject({ ...SLOW });
  const env = { DATABASE_URL: db.url };
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const rehearsal = new CliProcess(["rehearse", "--clone", "--html", "r.html"], { cwd, env });
    const [name = ""] = await until(
      () => `the step is at work, and not only: ${rehearsal.printed}`,
      async () => {
        const names = await waiting();
        return names.length > 0 && names;
      },
    );
    rehearsal.signal(signal);
    const end = await rehearsal.end;
    if (signal === "SIGTERM") {
      expect(end.code).toBe(130);
      expect(end.stderr).toContain("The rehearsal was interrupted.");
      expect(await isThere(name)).toBe(false);
      continue;
    }
    // Its statement goes with it; whoever makes a scratch database next finds the copy by its name.
    await until("the statement ended", async () => (await waiting()).length === 0);
    expect(await isThere(name)).toBe(true);
    await onServer(inject("serverUrl"), (client) => client.query(`DROP DATABASE "${name}" WITH (FORCE)`));
  }
  expect(existsSync(join(cwd, "r.html"))).toBe(false);
  await onServer(db.url, async (client) => {
    const { rows } = await client.query("SELECT to_regnamespace('lockkeeper') AS state");
    expect(rows).toEqual([{ state: null }]);
  });
});

test("where nothing is pending no copy is made, and none is asked for", async () => {
  const cwd = writeProject({ "migrations/0001_one.sql": "CREATE TABLE one (id int PRIMARY KEY);" });
  const env = { DATABASE_URL: db.url };
  expect((await runCli(["up"], { cwd, env })).code).toBe(0);
  const { code, stdout } = await runCli(["rehearse"], { cwd, env });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Nothing is pending: there is nothing to rehearse.\n" });
  const there = await runCli(["rehearse", "--to", "0001_one"], { cwd, env });
  expect(there.stdout).toBe(
    "0001_one is in force already, and nothing before it is pending: there is nothing to rehearse.\n",
  );
});

test("on a copy that somebody prepared, and gave away", async () => {
  await using production = await shop();
  await using copy = await shop();
  const files = {
    "migrations/0001_paid.sql":
      "ALTER TABLE orders ADD COLUMN paid boolean;\nCREATE INDEX orders_customer ON orders (customer_id);\n",
  };
  const optionsFor = (project: ProjectFiles) => {
    const cwd = writeProject(project);
    return { cwd, env: { DATABASE_URL: production.url, LOCKKEEPER_MIGRATIONS: join(cwd, "migrations") } };
  };
  const options = optionsFor(files);
  const kept = await runCliHere(["rehearse", "--on", copy.url], options);
  expect(kept).toMatchObject({ code: 3, printed: expect.stringContaining("repeat the command with --disposable") });
  const args = ["rehearse", "--on", copy.url, "--disposable", "--output", "report.json"];
  const { code, printed } = await runCliHere(args, options);
  expect(printed).toContain(`${copy.name} is left as the rehearsal leaves it`);
  expect(code).toBe(0);
  const report = JSON.parse(readFileSync(join(options.cwd, "report.json"), "utf8")) as RehearsalReport;
  expect(report).toMatchObject({ held: true, source: { kind: "prepared" }, findings: [], migrations: ["0001_paid"] });
  expect(report.stages.map(({ outcome }) => outcome)).not.toContain("skipped");
  // It counts for the database that the plan is for, and for this plan alone.
  expect((await runCliHere(["rehearse", "--status"], options)).code).toBe(0);
  const other = optionsFor({ "migrations/0001_paid.sql": "ALTER TABLE orders ADD COLUMN no int;\n" });
  expect((await runCliHere(["rehearse", "--status"], other)).code).toBe(1);
  const columns = "SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'paid'";
  expect(await copy.query(columns)).toEqual([{ attname: "paid" }]);
  expect(await production.query(columns)).toEqual([]);
  // What was left there is no copy of it any more.
  expect(await runCliHere(args, options)).toMatchObject({
    code: 3,
    printed: expect.stringContaining("is not of the schema"),
  });
});

test("what does not go together is refused before anything is done", async () => {
  const cwd = writeProject({ ...SLOW });
  for (const [args, message] of [
    [["--seed", "a.sql"], "--seed goes with --ci"],
    [["--disposable"], "--disposable goes with --on"],
    [["--ci", "--schema", "migrations"], "--schema takes"],
    [["--ci", "--timeout", "soon"], "--timeout"],
    [["--ci", "--to", "0009_none"], "There is no migration 0009_none"],
  ] as const) {
    const end = await runCli(["rehearse", ...args], { cwd });
    expect(end).toMatchObject({ code: 64, stderr: expect.stringContaining(message) });
  }
});
