import { expect, test } from "vitest";
import { runCli, runCliJson } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";

test("contract says what waits, wants the removal confirmed, and does it", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE orders AS SELECT 1 AS id; CREATE TABLE visit AS SELECT 1 AS id");
  const cwd = writeProject({
    "migrations/0001_drop.sql": "DROP TABLE orders;\n",
    "migrations/0002_rename.sql": "ALTER TABLE visit RENAME TO call;\n",
  });
  const at = { cwd, env: { DATABASE_URL: db.url } };
  const up = await runCli(["up"], at);
  expect(up).toMatchObject({ code: 0 });
  expect(up.stderr).toContain(
    "0001_drop: what older releases still need is kept until `lockkeeper contract 0001_drop`.",
  );
  expect((await runCli(["status"], at)).stdout).toMatch(
    /kept until `lockkeeper contract`[\s\S]*applied, waits for contract/,
  );
  const list = await runCli(["contract"], at);
  expect(list.stdout).toContain("0001_drop\n  DROP TABLE IF EXISTS lockkeeper_quarantine_orders.orders;");
  expect(list.stdout).toContain("2 migrations waiting");
  expect(await runCliJson(["contract", "0001_drop", "--all"], at)).toMatchObject({
    ok: false,
    error: { code: "usage" },
  });
  expect(await runCliJson(["contract", "--all"], at)).toMatchObject({
    ok: false,
    error: { code: "confirmation_required", message: expect.stringContaining("lockkeeper_quarantine_orders.orders") },
  });
  // Nothing but a view goes with this one.
  expect(await runCliJson(["contract", "0002_rename"], at)).toMatchObject({
    ok: true,
    result: { contracted: ["0002_rename"], waiting: ["0001_drop"] },
  });
  expect((await runCli(["contract", "--all", "--yes"], at)).stdout).toBe(
    "Removed what 1 migration left standing: 0001_drop.\n",
  );
  expect((await runCli(["contract"], at)).stdout).toBe("Nothing waits for contract.\n");
  expect((await runCli(["contract", "--all"], at)).stdout).toBe("Nothing to remove.\n");
});

test("plan shows what waits for contract, and the script keeps it in comments", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE orders AS SELECT 1 AS id");
  const cwd = writeProject({ "migrations/0001_drop.sql": "DROP TABLE orders;\n" });
  const at = { cwd, env: { DATABASE_URL: db.url } };
  const { stdout } = await runCli(["plan"], at);
  expect(stdout).toContain(
    "waits: for `lockkeeper contract 0001_drop`\n     DROP TABLE IF EXISTS lockkeeper_quarantine_orders.orders;\n     DROP SCHEMA lockkeeper_quarantine_orders;",
  );
  expect(stdout).not.toContain("removes:");
  const script = await runCli(["plan", "--sql"], at);
  expect(script.stdout).toContain("-- DROP TABLE IF EXISTS lockkeeper_quarantine_orders.orders;");
});

test("contract keeps what is young or still used, until somebody says why it goes all the same", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE visit AS SELECT 1 AS id");
  const cwd = writeProject({ "migrations/0001_rename.sql": "ALTER TABLE visit RENAME TO call;\n" });
  const at = { cwd, env: { DATABASE_URL: db.url } };
  await runCli(["up"], at);
  const young = await runCli(["contract", "0001_rename", "--after", "7d"], at);
  expect(young).toMatchObject({ code: 3, stderr: expect.stringContaining("contract_refused") });
  expect(young.stderr).toContain("--override");
  expect((await runCli(["contract", "--all", "--after", "7d"], at)).stdout).toBe(
    "Nothing to remove.\nStill waiting: 0001_rename.\n",
  );
  expect(await runCliJson(["contract", "--all", "--after", "soon"], at)).toMatchObject({ error: { code: "usage" } });
  const used = { ...at, env: { ...at.env, LOCKKEEPER_CONTRACT_STILL_USED: "SELECT 'the report'" } };
  expect(await runCli(["contract", "--all"], used)).toMatchObject({ code: 3 });
  expect(await runCliJson(["contract", "--all", "--override", "in-use"], used)).toMatchObject({
    error: { code: "usage", message: expect.stringContaining("--because") },
  });
  const forced = ["contract", "--all", "--override", "in-use", "--because", "the report is dead"];
  expect((await runCli(forced, used)).stdout).toContain("0001_rename");
});
