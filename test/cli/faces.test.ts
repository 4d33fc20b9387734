import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { type CliEnd, runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll } from "../support/operations.ts";
import { addFiles, writeProject } from "../support/project.ts";

const FILES = {
  "migrations/0001_orders.sql": "DO $$BEGIN RAISE NOTICE 'ready for orders'; END$$;\nCREATE TABLE orders (id int);\n",
  "migrations/0002_index.sql": "CREATE INDEX CONCURRENTLY orders_id ON orders (id);\n",
};

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db.drop());

const up = (cwd: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<CliEnd> =>
  runCli(["up", ...args], { cwd, env: { DATABASE_URL: db.url, ...env } });

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

describe("--json", () => {
  test("prints the result and nothing else", async () => {
    const { code, stdout, stderr } = await up(writeProject(FILES), ["--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      command: "up",
      result: {
        applied: ["0001_orders", "0002_index"],
        inForce: 2,
        ahead: [],
        waited: false,
        durationMs: expect.any(Number),
        postFlight: expect.objectContaining({ findings: [], unfinished: null }),
      },
    });
  });

  test("prints a failure in the same form", async () => {
    const cwd = writeProject({ "migrations/0001_bad.sql": "SELECT 1/0;\n" });
    const { code, stdout, stderr } = await up(cwd, ["--json"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      command: "up",
      error: {
        code: "statement_failed",
        message: "division by zero",
        at: { file: "migrations/0001_bad.sql", line: 1, column: 1, excerpt: "SELECT 1/0" },
        notDone: "The step was rolled back; steps before it stand.",
        action: "Mend the data or the statement, then run `lockkeeper up` again.",
        retryable: false,
        data: { sqlstate: "22012" },
      },
    });
  });
});

describe("--events", () => {
  test("streams every event, and the result last", async () => {
    const { code, stdout, stderr } = await up(writeProject(FILES), ["--events"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const records = lines(stdout);
    expect(records.map(({ type }) => type)).toEqual([
      "state.installed",
      "lease.acquired",
      "plan.ready",
      "run.started",
      "step.started",
      "server.notice",
      "step.done",
      "run.done",
      "run.started",
      "step.started",
      "step.done",
      "run.done",
      "postflight.done",
      "result",
    ]);
    for (const { time } of records) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    expect(records.at(-1)).toMatchObject({ ok: true, command: "up", result: { inForce: 2 } });
  });

  test("ends with the failure", async () => {
    const { code, stdout } = await up(writeProject({ "migrations/0001_bad.sql": "SELECT 1/0;\n" }), ["--events"]);
    expect(code).toBe(1);
    expect(lines(stdout).slice(-2)).toMatchObject([
      { type: "run.failed", migration: "0001_bad", error: { code: "statement_failed" } },
      { type: "failure", ok: false, command: "up", error: { code: "statement_failed" } },
    ]);
  });
});

describe("text", () => {
  test("is free of escape sequences off a terminal", async () => {
    const { stdout, stderr } = await up(writeProject(FILES));
    expect(stdout + stderr).not.toContain("\u001b");
  });

  test("leaves the narration out with --quiet, and not the failure", async () => {
    const cwd = writeProject(FILES);
    expect(await up(cwd, ["--quiet"])).toMatchObject({ code: 0, stderr: "" });
    addFiles(cwd, { "migrations/0003_bad.sql": "SELECT 1/0;\n" });
    expect((await up(cwd, ["--quiet"])).stderr).toMatch(/^✗ statement_failed: division by zero\n/);
  });

  test("passes the server's notices on with --verbose", async () => {
    const cwd = writeProject(FILES);
    const shown = await up(cwd, ["--verbose", "--to", "0001_orders"]);
    expect(shown.stderr).toContain("\nNOTICE: ready for orders\n");
    await using other = await testDatabase();
    const hidden = await up(cwd, [], { DATABASE_URL: other.url });
    expect(hidden.stderr).not.toContain("ready for orders");
  });

  test("shows control characters instead of obeying them", async () => {
    const cwd = writeProject({ "migrations/0001_x.sql": "DO $$BEGIN RAISE NOTICE E'\\u001b[2Jgone'; END$$;\n" });
    expect((await up(cwd, ["--verbose"])).stderr).toContain("NOTICE: ␛[2Jgone\n");
  });
});

describe("structured logs", () => {
  test("have a line for each step, with its timing, its lock waits and the applied count", async () => {
    const { code, stdout, stderr } = await up(writeProject(FILES), ["--log-json"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Applied 2 migrations in .*; 2 in force\.\n$/);
    const records = lines(stderr);
    for (const record of records) {
      expect(record).toMatchObject({ level: expect.any(String), time: expect.any(String), name: "lockkeeper" });
    }
    expect(records.filter(({ event }) => event === "step.done")).toMatchObject([
      { level: "info", migration: "0001_orders", step: 1, steps: 1, kind: "ddl", attempts: 1, lockWaitMs: 0 },
      { level: "info", migration: "0002_index", step: 1, steps: 1, kind: "concurrent", durationMs: expect.any(Number) },
    ]);
    expect(records.at(-1)).toMatchObject({ event: "command.done", command: "up", exitCode: 0, applied: 2, inForce: 2 });
  });

  test("have the failure in place of the text for people", async () => {
    const cwd = writeProject({ "migrations/0001_bad.sql": "SELECT 1/0;\n" });
    const { code, stdout, stderr } = await up(cwd, [], { LOCKKEEPER_LOG: "json" });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(lines(stderr).slice(-2)).toMatchObject([
      { level: "error", event: "run.failed", error: { code: "statement_failed" } },
      { level: "error", event: "command.failed", command: "up", exitCode: 1, code: "statement_failed" },
    ]);
  });

  test("go beside --json", async () => {
    const { stdout, stderr } = await up(writeProject(FILES), ["--json", "--log-json"]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
    expect(lines(stderr).at(-1)).toMatchObject({ event: "command.done" });
  });

  test("keep to their level, which asks for them", async () => {
    const cwd = writeProject(FILES);
    expect(await up(cwd, ["--log-level", "warn"])).toMatchObject({ code: 0, stderr: "" });
    await using other = await testDatabase();
    const { stderr } = await up(cwd, ["--log-level", "debug"], { DATABASE_URL: other.url });
    expect(lines(stderr).map(({ event }) => event)).toContain("step.started");
    expect(await up(cwd, ["--log-level", "loud"])).toMatchObject({ code: 64 });
  });
});

describe("usage", () => {
  const cwd = "/";

  test.each([
    [[], "No command was given."],
    [["ascend"], "Unknown command 'ascend'."],
    [["upp"], "Unknown command 'upp' (Did you mean up?)"],
    [["up", "--hurry"], "Unknown option '--hurry'."],
    [["up", "more"], "Too many arguments for 'up'. Expected 0 arguments but got 1: more."],
    [["new"], "Missing required argument 'name'."],
    [["down", "--steps", "0"], "Option '--steps <n>' argument '0' is invalid. It must be a whole number from 1."],
    [["down", "--steps"], "Option '--steps <n>' argument missing."],
    [["up", "--quiet", "--verbose"], "Option '--quiet' cannot be used with option '--verbose'."],
    [["repair", "0001_x"], "Required option '--reason <text>' not specified."],
  ])("%j is refused", async (args, message) => {
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect({ code, stdout, stderr: stderr.split("\n")[0] }).toEqual({
      code: 64,
      stdout: "",
      stderr: `✗ usage: ${message}`,
    });
  });

  test("is refused in JSON where JSON was asked for", async () => {
    for (const option of ["--hurry", "--events"]) {
      const { code, ok, error } = await runCliJson(["up", option], { cwd });
      expect({ code, ok, error }).toMatchObject({ code: 64, ok: false, error: { code: "usage" } });
    }
  });

  test("is explained by --help, for all commands and for each", async () => {
    const { code, stdout, stderr } = await runCli(["--help"], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const [name, { summary }] of Object.entries(COMMANDS)) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
      const help = await runCli([name, "--help"], { cwd });
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout.toLowerCase()).toContain(`\n${summary.toLowerCase()}.\n`);
      expect(help.stdout).toContain("--database <url>");
    }
  });

  test("--help tells what is required, and how a duration is written", async () => {
    const { stdout } = await runCli(["wait", "--help"], { cwd });
    expect(stdout).toMatch(/--for <id> +the migration \(required\)\n/);
    expect(stdout).toContain("A duration is a number with its unit, such as 500ms, 30s, 5m or 1h.");
    expect((await runCli(["status", "--help"], { cwd })).stdout).not.toContain("A duration");
  });

  test("--version prints the package's version", async () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await runCli(["--version"], { cwd })).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
  });
});

describe("what should never happen", () => {
  const fault = "setTimeout(() => { throw new TypeError('for postgres://me:kingfisher@host/db'); }, 500)";

  test("is reported as internal, with its stack only when asked for, and without its secrets", async () => {
    const env = { DATABASE_URL: db.url, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` };
    const options = { cwd: writeProject({}), env };
    const short = await runCli(["wait", "--for", "0001_x"], options);
    expect(short.code).toBe(1);
    expect(short.stderr).toContain("✗ internal: for postgres://me:***@host/db\n");
    expect(short.stderr).not.toContain("    at ");
    const long = await runCli(["wait", "--for", "0001_x", "--verbose"], options);
    expect(long.stderr).toMatch(/Caused by: TypeError: for postgres:\/\/me:\*\*\*@host\/db\n {4}at /);
    const json = await runCliJson(["wait", "--for", "0001_x"], options);
    expect(json).toMatchObject({ code: 1, ok: false, command: "wait", error: { code: "internal" } });
  });
});

test("a start with nothing to do loads neither the parser nor the compiler nor what other commands need", async () => {
  const cwd = writeProject(FILES);
  await applyAll(db, join(cwd, "migrations"));
  const list = join(writeProject({}), "modules.txt");
  const preload = fileURLToPath(new URL("../support/children/list-modules.ts", import.meta.url));
  const env = { DATABASE_URL: db.url, NODE_OPTIONS: `--import=${preload}`, LOADED_MODULES: list };
  const { code, stdout } = await runCli(["up"], { cwd, env, fromSource: true });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Nothing to do; 2 migrations in force.\n" });
  const modules = readFileSync(list, "utf8").split("\n");
  const own = modules.flatMap((url) => /\/src\/(.+)\.ts$/.exec(url)?.[1] ?? []);
  expect(own).toContain("cli/commands/up");
  expect(own.filter((name) => name.startsWith("cli/commands/"))).toEqual(["cli/commands/up"]);
  expect(own.filter((name) => /^plan\/(undo|compile|data)/.test(name))).toEqual([]);
  const packages = modules.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  expect(packages).toContain("pg");
  expect(packages).not.toContain("libpg-query");
  expect(packages).not.toContain("pino");
  expect(packages).not.toContain("@clack/prompts");
});
