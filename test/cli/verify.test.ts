import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CheckReport } from "../../src/checks/run-checks.ts";
import { type CliEnd, runCli, runCliJson } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";
import { testRole } from "../support/role.ts";

const SHOP = `CREATE TABLE customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
  CREATE TABLE "order" (id int PRIMARY KEY, customer int REFERENCES customer, total int); CREATE INDEX ON "order" (customer);
  INSERT INTO customer (name) VALUES ('a'), ('b'); INSERT INTO "order" VALUES (1, 1, 10), (2, 2, -5); ANALYZE`;
const RULE =
  '-- title: no order costs less than nothing\n-- severity: warning\nSELECT id, total FROM "order" WHERE total < 0;\n';

const verify = (files: ProjectFiles, url: string, ...args: string[]): Promise<CliEnd> =>
  runCli(["verify", ...args], { cwd: writeProject(files), env: { DATABASE_URL: url } });

test("a sound database passes, a rule of the project's own is told, and what refers to nothing is critical", async () => {
  await using db = await testDatabase();
  await db.query(SHOP);
  const sound = await verify({}, db.url, "--full");
  expect(sound).toMatchObject({ code: 0, stderr: "" });
  expect(sound.stdout).toMatch(/\d+ of \d+ checks passed; found: \d info\.\n$/);

  const told = await verify({ "checks/totals.sql": RULE }, db.url);
  expect(told.code).toBe(0);
  expect(told.stdout).toContain('warning 1 row: no order costs less than nothing.\n      {"id":2,"total":-5}');
  expect((await verify({ "checks/totals.sql": RULE }, db.url, "--fail-on", "warning")).code).toBe(1);
  expect(
    (await verify({ "checks/totals.sql": RULE.replace("\n", "\n-- phase: pre\n") }, db.url, "--phase", "post")).stdout,
  ).not.toContain("totals");

  await db.query("SET session_replication_role = replica; DELETE FROM customer WHERE id = 2");
  expect((await verify({}, db.url, "--quick")).code).toBe(0);
  const cwd = writeProject({});
  const broken = await runCli(["verify", "--only", "orphans", "--format", "junit", "--output", "report.json"], {
    cwd,
    env: { DATABASE_URL: db.url },
  });
  expect(broken.code).toBe(2);
  expect(broken.stdout).toContain('<testsuite name="lockkeeper verify" tests="1" failures="1" errors="0" skipped="0">');
  expect(broken.stdout).toContain("refers by (customer) to what is not in public.customer");
  const report = JSON.parse(readFileSync(join(cwd, "report.json"), "utf8")) as CheckReport;
  expect(report.results).toMatchObject([
    { check: "orphans", state: "failed", findings: [{ severity: "critical", rows: 1 }] },
  ]);
});

test("what was checked behind a change is kept as evidence, where there is a place for it", async () => {
  await using db = await testDatabase();
  expect(await verify({}, db.url, "--phase", "post")).toMatchObject({ code: 0, stderr: "" });
  const cwd = writeProject({
    "migrations/0001_a.sql": "CREATE TABLE a (id serial PRIMARY KEY); INSERT INTO a VALUES (7);",
  });
  const up = await runCli(["up"], { cwd, env: { DATABASE_URL: db.url } });
  expect(up.code).toBe(2);
  expect(up.stdout).toMatch(/^Applied 1 migration/);
  expect(up.stderr).toMatch(/critical: The sequence public\.a_id_seq gives 1 next, .* Mend it with: SELECT setval/);
  expect((await verify({}, db.url, "--phase", "post")).code).toBe(2);
  await db.query("SELECT setval('a_id_seq', 8)");
  expect((await verify({}, db.url, "--phase", "post")).code).toBe(0);
  expect(await db.query("SELECT held, report ->> 'source' AS source FROM lockkeeper.evidence ORDER BY id")).toEqual([
    { held: false, source: "post-flight" },
    { held: false, source: "post-flight" },
    { held: false, source: "verify" },
    { held: true, source: "verify" },
  ]);
});

test("what a role may not read is not checked, and does not pass", async () => {
  await using db = await testDatabase();
  await db.query(SHOP);
  await using role = await testRole(db);
  const { code, stdout } = await verify({}, role.url, "--only", "orphans");
  expect(code).toBe(1);
  expect(stdout).toMatch(/orphans could not be checked: permission denied for table order/);
});

test.each([
  ["SELECT 1; SELECT 2;\n", 1, "There is more than one statement."],
  ["\nDELETE FROM a;\n", 2, "A check is a query."],
  ["-- nothing\n", undefined, "There is no query."],
  ["-- severity: bad\nSELECT 1;\n", 1, "severity is one of critical, error, warning, info."],
  ["-- limit: many\nSELECT 1;\n", 1, "limit is a whole number from 1."],
  ["-- severty: error\nSELECT 1;\n", 1, 'There is no "severty"; is severity meant?'],
  ["SELECT 1;\n\\echo\n", 2, "psql's meta commands are not sent."],
])("a check that is none is refused with its place: %j", async (text, line, message) => {
  const cwd = writeProject({ "checks/bad.sql": text });
  const { error } = await runCliJson(["verify"], { cwd, env: { DATABASE_URL: "postgres://localhost:1/none" } });
  expect(error).toMatchObject({
    code: "check_invalid",
    message: `checks/bad.sql: ${message}`,
    at: { file: "checks/bad.sql", ...(line === undefined ? {} : { line }) },
  });
});

test("checks are known by their names: usage, check_invalid", async () => {
  await using db = await testDatabase();
  const env = { DATABASE_URL: db.url };
  const unknown = await runCliJson(["verify", "--only", "orphan"], { cwd: writeProject({}), env });
  expect(unknown.error).toMatchObject({ code: "usage", message: "There is no check orphan; is orphans meant?" });
  const twice = await runCliJson(["verify"], { cwd: writeProject({ "checks/orphans.sql": "SELECT 1" }), env });
  expect(twice.error).toMatchObject({ code: "check_invalid", message: "Two checks have the name orphans." });
  const missing = writeProject({ "lockkeeper.config.json": JSON.stringify({ checks: "nowhere" }) });
  expect((await runCliJson(["verify"], { cwd: missing, env })).error).toMatchObject({
    code: "check_invalid",
    at: { file: "nowhere" },
  });
});
