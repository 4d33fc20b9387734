import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliProcess, runCli } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { makeGates, openGate } from "../support/gate.ts";
import { applyAll } from "../support/operations.ts";
import { addFiles, writeProject } from "../support/project.ts";
import { runnerSessions, workingOn } from "../support/sessions.ts";
import { until } from "../support/until.ts";

const FIRST = "CREATE TABLE orders (id int PRIMARY KEY);\n";
const SLOW = "-- lockkeeper: transaction each\nSELECT pass_gate(1);\nCREATE TABLE second (id int);\n";
const ENDLESS = "SELECT pg_sleep(3600);\n";

describe("an interrupt", () => {
  test("lets the step at work finish, and the run goes on later", async () => {
    await using db = await testDatabase();
    await makeGates(db);
    const options = { cwd: writeProject({ "migrations/0001_slow.sql": SLOW }), env: { DATABASE_URL: db.url } };
    const up = new CliProcess(["up"], options);
    await workingOn(db, /begin_step/);
    up.signal("SIGINT");
    await up.hasPrinted(/Stopping after the step/);
    await openGate(db, 1);
    const { code, stdout, stderr } = await up.end;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toContain("Stopping after the step at work; interrupt again to cancel it.\n  1/2 done in");
    expect(stderr).toContain("✗ interrupted: ");
    expect(stderr).toContain("`lockkeeper resume` (or `lockkeeper up`) continues it.");
    expect((await runCli(["status"], options)).stdout).toMatch(/0001_slow +partial \(run \d+ failed, 1 of 2 steps\)/);
    expect(await runCli(["resume"], options)).toMatchObject({ code: 0, stdout: "Finished 0001_slow.\n" });
  });

  test("given twice cancels the step", async () => {
    await using db = await testDatabase();
    const options = { cwd: writeProject({ "migrations/0001_x.sql": ENDLESS }), env: { DATABASE_URL: db.url } };
    const up = new CliProcess(["up"], options);
    await workingOn(db, /begin_step/);
    up.signal("SIGINT");
    await up.hasPrinted(/Stopping after the step/);
    up.signal("SIGINT");
    const { code, stderr } = await up.end;
    expect(code).toBe(130);
    expect(stderr).toContain("Cancelling the step at work; the run can be resumed.");
    expect(await runnerSessions(db)).toEqual([]);
  });

  test("ends the wait for a lock", async () => {
    await using db = await testDatabase();
    const cwd = writeProject({ "migrations/0001_orders.sql": FIRST });
    await applyAll(db, join(cwd, "migrations"));
    addFiles(cwd, { "migrations/0002_x.sql": "ALTER TABLE orders ADD COLUMN note text;\n" });
    const reader = await db.connect();
    await reader.query("BEGIN");
    await reader.query("SELECT FROM orders");
    const up = new CliProcess(["up"], { cwd, env: { DATABASE_URL: db.url } });
    await up.hasPrinted(/attempt 1 gave way/);
    up.signal("SIGINT");
    expect(await up.end).toMatchObject({ code: 130 });
  });

  test("ends a wait for a migration", async () => {
    await using db = await testDatabase();
    const options = { cwd: writeProject({}), env: { DATABASE_URL: db.url } };
    const wait = new CliProcess(["wait", "--for", "0001_x"], options);
    await wait.hasPrinted(/Waiting for 0001_x/);
    wait.signal("SIGINT");
    const { code, stderr } = await wait.end;
    expect(code).toBe(130);
    expect(stderr).not.toContain("Stopping after the step");
  });
});

test("SIGTERM cancels the step at once", async () => {
  await using db = await testDatabase();
  const options = { cwd: writeProject({ "migrations/0001_x.sql": ENDLESS }), env: { DATABASE_URL: db.url } };
  const up = new CliProcess(["up"], options);
  await workingOn(db, /begin_step/);
  up.signal("SIGTERM");
  expect(await up.end).toMatchObject({ code: 130, stdout: "" });
  expect(await runnerSessions(db)).toEqual([]);
});

test("a reader that has seen enough does not end the run", async () => {
  await using db = await testDatabase();
  await makeGates(db);
  const options = { cwd: writeProject({ "migrations/0001_slow.sql": SLOW }), env: { DATABASE_URL: db.url } };
  const up = new CliProcess(["up", "--events"], options);
  await up.hasPrinted(/run\.started/);
  up.closeStdout();
  await openGate(db, 1);
  expect(await up.end).toMatchObject({ code: 0, stderr: "" });
  await until("the run is done", async () => {
    const [row] = await db.query("SELECT to_regclass('second') IS NOT NULL AS done");
    return row?.["done"] === true;
  });
});

test("the demo can be interrupted, and leaves nothing behind", async () => {
  const demo = new CliProcess(["demo", "--rows", "1000"], { cwd: writeProject({}) });
  await demo.hasPrinted(/PostgreSQL \d+/);
  demo.signal("SIGINT");
  const { code, stderr } = await demo.end;
  expect(code).toBe(130);
  expect(stderr).toContain("✗ interrupted: ");
});
