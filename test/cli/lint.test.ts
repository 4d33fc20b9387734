import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliEnd, runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";

interface Report {
  readonly findings: readonly { rule: string; severity: string; file: string; line: number; message: string }[];
  readonly unchecked: readonly { kind: string; line: number }[];
  readonly statements: number;
}

const lint = (cwd: string, ...args: string[]): Promise<CliEnd> => runCli(["lint", ...args], { cwd });

const report = async (cwd: string, ...args: string[]): Promise<Report> =>
  JSON.parse((await lint(cwd, ...args, "--format", "json")).stdout);

const rulesOf = ({ findings }: Report, file?: string): string[] =>
  findings.filter((one) => file === undefined || one.file.endsWith(file)).map(({ rule }) => rule);

describe("files", () => {
  test("are shown with the line, the hazard and the safe form, and end with 1", async () => {
    const cwd = writeProject({ "a.sql": "SELECT 1;\n  CREATE INDEX i ON orders (note);\n" });
    const { code, stdout } = await lint(cwd, "a.sql", "--plain", "--rule", "missing-lock-timeout=off");
    expect(code).toBe(1);
    expect(stdout).toBe(
      `a.sql:2:3 error create-index-non-concurrent
  blocks writes of orders while an index is built (SHARE)
  2 |   CREATE INDEX i ON orders (note);
    |   ^
  safe form:
    CREATE INDEX CONCURRENTLY i ON orders (note);

2 statements in 1 file: 1 error, 0 warnings, 0 notes.
`,
    );
  });

  test("without errors end with 0, and --fail-on makes milder findings count", async () => {
    const cwd = writeProject({ "a.sql": "CREATE TABLE t (id bigint PRIMARY KEY, data json);\n" });
    expect((await lint(cwd, "a.sql")).code).toBe(0);
    expect((await lint(cwd, "a.sql", "--fail-on", "warning")).code).toBe(1);
    expect(rulesOf(await report(cwd, "a.sql", "--severity", "error"))).toEqual([]);
  });

  test("that cannot be read end with 2, with the findings of the rest", async () => {
    const cwd = writeProject({ "a.sql": "SELEC 1;\nDROP TABLE orders;\n", "b.sql": "TRUNCATE orders;\n" });
    const end = await lint(cwd, "*.sql", "--format", "json");
    const found: Report = JSON.parse(end.stdout);
    expect(end.code).toBe(2);
    expect(found.unchecked).toMatchObject([{ kind: "syntax", line: 1 }]);
    expect(rulesOf(found)).toEqual(expect.arrayContaining(["drop-table", "truncate"]));
  });

  test("are judged apart, in one transaction each with --wrapped, or against a schema", async () => {
    const cwd = writeProject({
      "a.sql": "CREATE TABLE t (id bigint PRIMARY KEY);\n",
      "b.sql": "CREATE INDEX CONCURRENTLY i ON t (id);\n",
      "schema.sql": "CREATE TABLE t (id bigint PRIMARY KEY);\n",
    });
    expect(rulesOf(await report(cwd, "b.sql"))).not.toContain("concurrently-in-transaction");
    expect(rulesOf(await report(cwd, "b.sql", "--wrapped"))).toContain("concurrently-in-transaction");
    expect(rulesOf(await report(cwd, "a.sql"))).not.toContain("statement-will-fail");
    expect(rulesOf(await report(cwd, "a.sql", "--schema", "schema.sql"))).toContain("statement-will-fail");
  });

  test("that are not there, and rules and versions that there are not, are wrong usage", async () => {
    const cwd = writeProject({ "a.sql": "SELECT 1;\n" });
    for (const args of [["b.sql"], ["a.sql", "--rule", "no-such=off"], ["a.sql", "--server-version", "x"]]) {
      expect(await runCliJson(["lint", ...args], { cwd })).toMatchObject({ code: 64, error: { code: "usage" } });
    }
    const old = await runCliJson(["lint", "a.sql", "--server-version", "13"], { cwd });
    expect(old).toMatchObject({ code: 64, error: { code: "server_unsupported" } });
  });

  test("get the severities of the configuration", async () => {
    const cwd = writeProject({
      "a.sql": "CREATE TABLE t (id bigint PRIMARY KEY, data json);\n",
      "lockkeeper.config.json": '{ "lint": { "rules": { "prefer-jsonb": "error", "require-table-schema": "info" } } }',
    });
    const { findings } = await report(cwd, "a.sql");
    expect(findings.map(({ rule, severity }) => `${severity} ${rule}`).toSorted()).toEqual([
      "error prefer-jsonb",
      "info require-table-schema",
    ]);
  });
});

describe("formats", () => {
  const cwd = writeProject({ "a b.sql": "DROP TABLE orders; -- <&>\nSELEC 1;\n" });

  test("sarif has rules, results with places, and what cannot be read as notifications", async () => {
    const { code, stdout } = await lint(cwd, "a b.sql", "--format", "sarif", "--severity", "error");
    const sarif = JSON.parse(stdout);
    expect(code).toBe(2);
    expect(sarif.version).toBe("2.1.0");
    const [run] = sarif.runs;
    const [result] = run.results;
    expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expect(result.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "a%20b.sql" },
      region: { startLine: 1, startColumn: 1 },
    });
    expect(run.invocations).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ level: "error" }] },
    ]);
  });

  test("github has a command a finding", async () => {
    const { stdout } = await lint(cwd, "a b.sql", "--format", "github");
    expect(stdout).toMatch(
      /^::error file=a b\.sql,line=1,col=1,title=drop-table::orders and its rows are gone at once%0A/m,
    );
    expect(stdout).toMatch(/^::error file=a b\.sql,line=2,col=1,title=syntax::syntax error/m);
  });

  test("gitlab has fingerprints that do not depend on the line", async () => {
    const moved = writeProject({ "a b.sql": "\n\nDROP TABLE orders;\nSELEC 1;\n" });
    const prints = async (folder: string): Promise<string[]> =>
      JSON.parse((await lint(folder, "a b.sql", "--format", "gitlab")).stdout).map(
        ({ fingerprint }: { fingerprint: string }) => fingerprint,
      );
    const before = await prints(cwd);
    expect(new Set(before).size).toBe(before.length);
    expect(await prints(moved)).toEqual(before);
  });

  test("junit has a case a file", async () => {
    const { stdout } = await lint(cwd, "a b.sql", "--format", "junit");
    expect(stdout).toContain('<testsuites tests="1" failures="1">');
    expect(stdout.match(/<failure/g)).toHaveLength(1);
    expect(stdout).toContain('<failure type="drop-table" message="orders and its rows are gone at once, and ');
    expect(stdout).toContain(
      "a b.sql:1:1: drop-table: orders and its rows are gone at once\nsafe form:\nALTER TABLE orders",
    );
    expect(stdout).toContain("&quot;SELEC&quot;");
  });
});

describe("a project", () => {
  const migrations = {
    "migrations/0001_orders.sql":
      "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\nCREATE INDEX a ON orders (note);\n",
    "migrations/0002_note.sql": "CREATE INDEX b ON orders (note, id);\nALTER TABLE orders ADD COLUMN note text;\n",
    "migrations/0003_code.ts": 'export default { steps: [{ sql: "DROP TABLE orders" }] };\n',
  };

  test("is judged in order, each migration against what the earlier ones leave", async () => {
    const found = await report(writeProject(migrations));
    expect(rulesOf(found, "0001_orders.sql")).not.toContain("create-index-non-concurrent");
    expect(rulesOf(found, "0002_note.sql")).toEqual(
      expect.arrayContaining(["create-index-non-concurrent", "statement-will-fail"]),
    );
    expect(rulesOf(found, "0003_code.ts")).toContain("drop-table");
    expect(rulesOf(found)).not.toContain("missing-lock-timeout");
  });

  test("has no error where `up` has a form, with and without steps of their own, unless another tool is to run it", async () => {
    const cwd = writeProject({
      "migrations/0001_index.sql": "-- lockkeeper: transaction each\nCREATE INDEX b ON orders (note, id);\n",
      "migrations/0002_drop.sql": "DROP TABLE orders;\n",
    });
    const severities = async (...args: string[]) =>
      (await report(cwd, ...args)).findings
        .filter(({ rule }) => rule !== "access-exclusive-brief")
        .map((one) => `${one.severity} ${one.rule}`);
    expect(await severities()).toEqual(["info create-index-non-concurrent", "warning drop-table"]);
    expect(await severities("migrations")).toEqual(["info create-index-non-concurrent", "warning drop-table"]);
    writeFileSync(join(cwd, "lockkeeper.config.json"), '{ "drops": "direct" }');
    expect(await severities()).toEqual(["info create-index-non-concurrent", "error drop-table"]);
    expect(await severities("migrations", "--wrapped")).toEqual(
      expect.arrayContaining(["error create-index-non-concurrent", "error missing-lock-timeout", "error drop-table"]),
    );
  });

  test("in another tool's layout is judged as that tool runs it, also when its files are named", async () => {
    const up = "-- +goose Up\nALTER TABLE orders ADD COLUMN a int;\nCREATE INDEX CONCURRENTLY i ON orders (a);\n";
    const cwd = writeProject({
      "migrations/00001_one.sql": `${up}-- +goose Down\nDROP TABLE orders;\n`,
      "migrations/00002_apart.sql": `-- +goose NO TRANSACTION\n${up}`,
    });
    for (const args of [[], ["migrations"]]) {
      const found = await report(cwd, ...args);
      const places = found.findings.filter(({ rule }) => rule === "concurrently-in-transaction");
      expect(places).toMatchObject([{ file: "migrations/00001_one.sql", line: 3 }]);
      expect(rulesOf(found)).not.toContain("drop-table");
    }
  });

  test("reports with --since what git says has changed, judged against the rest", async () => {
    const cwd = writeProject({ "migrations/0001_orders.sql": migrations["migrations/0001_orders.sql"] });
    const git = (...args: string[]): string =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd, encoding: "utf8" });
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "one");
    writeFileSync(join(cwd, "migrations/0002_note.sql"), migrations["migrations/0002_note.sql"]);
    const found = await report(cwd, "--since", "HEAD");
    expect(new Set(found.findings.map(({ file }) => file))).toEqual(new Set(["migrations/0002_note.sql"]));
    expect(rulesOf(found)).toContain("statement-will-fail");
    const wrong = await runCliJson(["lint", "--since", "nowhere"], { cwd });
    expect(wrong).toMatchObject({ code: 64, error: { code: "usage" } });
  });
});

describe("a database", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
    await db.query("CREATE TABLE orders (id bigint PRIMARY KEY, note text)");
    await db.query("INSERT INTO orders SELECT n, repeat('x', 900) FROM generate_series(1, 20000) AS n");
    await db.query("CREATE TABLE few (id bigint PRIMARY KEY, note text); INSERT INTO few VALUES (1); ANALYZE");
  });
  afterAll(() => db.drop());

  test("gives sizes: messages have numbers, and small tables are no hazard", async () => {
    const cwd = writeProject({
      "a.sql":
        "CREATE INDEX i ON orders (note);\nCREATE INDEX j ON few (note);\nALTER TABLE missing ADD COLUMN a int;\n",
    });
    const { findings } = await report(cwd, "a.sql", "--database", db.url);
    const builds = findings.filter(({ rule }) => rule === "create-index-non-concurrent");
    expect(builds.map(({ line }) => line)).toEqual([1]);
    expect(builds[0]?.message).toMatch(/^blocks writes of orders \(\d+ MB, 20 k rows\) for /);
    expect(findings.find(({ rule }) => rule === "statement-will-fail")).toMatchObject({ line: 3 });
  });

  test("says which migrations are pending, and which of them come too late", async () => {
    const cwd = writeProject({ "migrations/0002_b.sql": "CREATE TABLE b (id bigint PRIMARY KEY);\n" });
    expect(await runCli(["baseline", "--to", "0002_b", "--database", db.url], { cwd })).toMatchObject({ code: 0 });
    writeFileSync(join(cwd, "migrations/0001_a.sql"), "DROP TABLE few;\n");
    const found = await report(cwd, "--database", db.url);
    expect(new Set(found.findings.map(({ file }) => file))).toEqual(new Set(["migrations/0001_a.sql"]));
    expect(rulesOf(found)).toEqual(expect.arrayContaining(["drop-table", "non-linear-history"]));
  });
});
