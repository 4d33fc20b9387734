import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ErrorReport } from "../../src/errors/lockkeeper-error.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { runCli, runCliJson } from "../support/cli.ts";
import { type Row, type TestDatabase, testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { applyAll } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { addFiles, type ProjectFiles, writeProject } from "../support/project.ts";
import { testRole } from "../support/role.ts";

const FIRST = "CREATE TABLE orders (id int PRIMARY KEY, total numeric);\n";

/** A project whose first migration is applied. */
async function appliedProject(db: TestDatabase): Promise<string> {
  const cwd = writeProject({ "migrations/0001_orders.sql": FIRST });
  await applyAll(db, join(cwd, "migrations"));
  return cwd;
}

interface Refusal {
  readonly code: string;
  readonly exit: number;
  readonly at?: Partial<ErrorReport["at"]>;
  readonly message: RegExp;
  readonly action?: RegExp;
}

/** Runs `up`, and asserts that it fails like this, says the same to people, and leaves the database as it was. */
async function refuses(
  db: TestDatabase,
  cwd: string,
  refusal: Refusal,
  env: Record<string, string> = {},
): Promise<void> {
  const before = await picture(db);
  const options = { cwd, env: { DATABASE_URL: db.url, ...env } };
  const { code, ok, error } = await runCliJson(["up"], options);
  expect({ code, ok }).toEqual({ code: refusal.exit, ok: false });
  expect(error?.code).toBe(refusal.code);
  expect(error?.message).toMatch(refusal.message);
  expect(error?.action ?? "").toMatch(refusal.action ?? /\S/);
  if (refusal.at !== undefined) {
    expect(error?.at).toMatchObject(refusal.at);
  }
  const told = await runCli(["up"], options);
  expect(told).toMatchObject({ code: refusal.exit, stdout: "" });
  expect(told.stderr).toContain(`✗ ${refusal.code}: `);
  expect(told.stderr).toMatch(/^ {2}Next: {5}\S/m);
  if (refusal.at?.file !== undefined) {
    expect(told.stderr).toContain([refusal.at.file, refusal.at.line].filter((part) => part !== undefined).join(":"));
  }
  expect(await picture(db)).toEqual(before);
}

describe("files that are wrong", () => {
  const cases: readonly (readonly [string, ProjectFiles, Refusal])[] = [
    [
      "a syntax error in the third statement",
      { "0002_x.sql": "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n\n  CREATE TABEL c (id int);\n" },
      {
        code: "sql_syntax",
        exit: 64,
        at: { file: "migrations/0002_x.sql", line: 4, column: 10, excerpt: "  CREATE TABEL c (id int);" },
        message: /syntax error at or near "TABEL"/,
      },
    ],
    [
      "an applied file that was edited",
      { "0001_orders.sql": `${FIRST}-- more\n` },
      {
        code: "migration_edited",
        exit: 5,
        at: { file: "migrations/0001_orders.sql" },
        message: /recorded [0-9a-f]{64}, now [0-9a-f]{64}/,
      },
    ],
    [
      "a dependency that is missing",
      { "0002_x.sql": "-- lockkeeper: depends 0001_customers\nSELECT 1;\n" },
      {
        code: "migration_dependency_missing",
        exit: 64,
        at: { file: "migrations/0002_x.sql" },
        message: /0001_customers/,
      },
    ],
    [
      "dependencies in a circle",
      {
        "0002_x.sql": "-- lockkeeper: depends 0003_y\nSELECT 1;\n",
        "0003_y.sql": "-- lockkeeper: depends 0002_x\nSELECT 1;\n",
      },
      { code: "migration_dependency_cycle", exit: 64, at: { file: "migrations/0002_x.sql" }, message: /0003_y/ },
    ],
    [
      "two files with the same id",
      { "0002_x.sql": "SELECT 1;\n", "0002_x.ts": "export default { steps: [] };\n" },
      { code: "migration_id_duplicate", exit: 64, at: {}, message: /0002_x/ },
    ],
    [
      "an unknown directive",
      { "0002_x.sql": "-- a note\n-- lockkeeper: depend 0001_orders\nSELECT 1;\n" },
      { code: "directive_unknown", exit: 64, at: { file: "migrations/0002_x.sql", line: 2 }, message: /`depend`/ },
    ],
    [
      "a psql meta command",
      { "0002_x.sql": "SELECT 1;\n\\i other.sql\n" },
      {
        code: "sql_meta_command",
        exit: 64,
        at: { file: "migrations/0002_x.sql", line: 2, column: 1 },
        message: /\\i other\.sql is a command of psql/,
      },
    ],
    [
      "a transaction that is not closed",
      { "0002_x.sql": "SELECT 1;\nBEGIN;\nSELECT 2;\n" },
      {
        code: "sql_transaction_control",
        exit: 64,
        at: { file: "migrations/0002_x.sql", line: 2, column: 1 },
        message: /this BEGIN has no COMMIT/,
      },
    ],
    [
      "a name without a number",
      { "orders.sql": "SELECT 1;\n" },
      { code: "migration_name_invalid", exit: 64, at: { file: "migrations/orders.sql" }, message: /no number/ },
    ],
    [
      "a module that exports something else",
      { "0002_x.ts": "export default { stages: [] };\n" },
      { code: "migration_module_invalid", exit: 64, at: { file: "migrations/0002_x.ts" }, message: /has no `steps`/ },
    ],
    [
      "a module with a key that means nothing",
      { "0002_x.ts": "export default { steps: [], undos: [] };\n" },
      {
        code: "migration_module_invalid",
        exit: 64,
        at: { file: "migrations/0002_x.ts" },
        message: /no place for `undos`; did you mean `undo`\?/,
      },
    ],
    [
      "a module whose import is not installed",
      { "0002_x.ts": 'import "nowhere-to-be-found";\nexport default { steps: [] };\n' },
      {
        code: "migration_module_invalid",
        exit: 64,
        at: { file: "migrations/0002_x.ts" },
        message: /Cannot find package 'nowhere-to-be-found'/,
        action: /npm install nowhere-to-be-found/,
      },
    ],
    [
      "a module that imports a file that is not there",
      { "0002_x.ts": 'import "./nowhere.ts";\nexport default { steps: [] };\n' },
      {
        code: "migration_module_invalid",
        exit: 64,
        at: { file: "migrations/0002_x.ts" },
        message: /Cannot find module/,
        action: /^Mend the import/,
      },
    ],
    [
      "a module of TypeScript that Node cannot strip",
      { "0002_x.ts": "enum Kind { A }\nexport default { steps: [] };\n" },
      {
        code: "migration_module_invalid",
        exit: 64,
        at: { file: "migrations/0002_x.ts", line: 1 },
        message: /enum/,
        action: /JavaScript without its types/,
      },
    ],
    [
      "a module that throws",
      { "0002_x.ts": "throw new Error('no');\n" },
      {
        code: "migration_module_invalid",
        exit: 64,
        at: { file: "migrations/0002_x.ts", line: 1 },
        message: /no/,
        action: /fails when it is imported/,
      },
    ],
    [
      "a way back that does not parse",
      { "0002_x.sql": "CREATE TABLE a (id int);\n", "0002_x.down.sql": "DROP TABEL a;\n" },
      {
        code: "sql_syntax",
        exit: 64,
        at: { file: "migrations/0002_x.down.sql", line: 1, column: 6 },
        message: /syntax error/,
      },
    ],
    [
      "a file that is older than an applied one",
      { "0000_x.sql": "SELECT 1;\n" },
      { code: "migration_out_of_order", exit: 5, at: { file: "migrations/0000_x.sql" }, message: /0001_orders/ },
    ],
  ];

  test.each(cases)("%s", async (_, files, refusal) => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    addFiles(join(cwd, "migrations"), files);
    await refuses(db, cwd, refusal);
  });

  test("an applied file that is gone while newer ones are there", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    const other = writeProject({ "migrations/0002_x.sql": "SELECT 1;\n" });
    await refuses(db, other, { code: "migration_missing", exit: 5, message: /0001_orders was applied on/ });
    expect(cwd).not.toBe(other);
  });

  test("a file that cannot be read", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    symlinkSync(join(cwd, "nowhere.sql"), join(cwd, "migrations/0002_x.sql"));
    const at = { file: "migrations/0002_x.sql" };
    await refuses(db, cwd, { code: "migrations_unreadable", exit: 64, at, message: /does not exist/ });
  });

  test("a file that is not UTF-8", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    writeFileSync(join(cwd, "migrations/0002_x.sql"), Buffer.from("SELECT '\xe4';\n", "latin1"));
    const at = { file: "migrations/0002_x.sql" };
    await refuses(db, cwd, { code: "migrations_unreadable", exit: 64, at, message: /UTF-8/ });
  });

  test("a folder that is not there", async () => {
    await using db = await testDatabase();
    const refusal = { code: "migrations_unreadable", exit: 64, at: { file: "migrations" }, message: /does not exist/ };
    await refuses(db, writeProject({}), refusal);
  });

  test("a folder that is a file", async () => {
    await using db = await testDatabase();
    const cwd = writeProject({ migrations: "not a folder" });
    const refusal = { code: "migrations_unreadable", exit: 64, at: { file: "migrations" }, message: /ENOTDIR/ };
    await refuses(db, cwd, refusal);
  });
});

describe("statements that fail", () => {
  test("are named with their place, and the steps before them stand", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    const text = [
      "CREATE TABLE a (id int);",
      "CREATE INDEX CONCURRENTLY ON a (id);",
      "CREATE TABLE b (",
      "  id int,",
      "\ttotal numeric, CHECK (totl > 0)",
      ");",
      "",
    ];
    addFiles(join(cwd, "migrations"), { "0002_x.sql": text.join("\n") });
    const { code, stderr } = await runCli(["up"], { cwd, env: { DATABASE_URL: db.url } });
    expect(code).toBe(1);
    expect(stderr.slice(stderr.indexOf("✗"))).toBe(
      [
        '✗ statement_failed: column "totl" does not exist',
        "",
        "  migrations/0002_x.sql:5:24",
        "  5 │ \ttotal numeric, CHECK (totl > 0)",
        "    │ \t                      ^",
        "  SQLSTATE: 42703",
        '  hint: Perhaps you meant to reference the column "b.total".',
        "",
        "  Not done: The step was rolled back; steps before it stand.",
        "  Next:     Mend the data or the statement, then run `lockkeeper up` again.",
        "",
      ].join("\n"),
    );
    expect(await db.query("SELECT to_regclass('a') IS NOT NULL AS a, to_regclass('b') IS NOT NULL AS b")).toEqual([
      { a: true, b: false },
    ]);
  });

  test("name the relation and the offending row", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    await db.query("INSERT INTO orders VALUES (1, 5), (2, 5)");
    addFiles(join(cwd, "migrations"), { "0002_x.sql": "ALTER TABLE orders ADD UNIQUE (total);\n" });
    const { code, error } = await runCliJson(["up"], { cwd, env: { DATABASE_URL: db.url } });
    expect(code).toBe(1);
    expect(error).toMatchObject({
      code: "statement_failed",
      at: { file: "migrations/0002_x.sql", line: 1, relation: "public.orders" },
      data: { sqlstate: "23505", detail: "Key (total)=(5) is duplicated." },
    });
  });
});

describe("a database that will not have it", () => {
  test("no URL at all", async () => {
    const cwd = writeProject({ "migrations/0001_orders.sql": FIRST });
    const { code, error } = await runCliJson(["up"], { cwd });
    expect({ code, error }).toMatchObject({ code: 64, error: { code: "database_url_missing" } });
  });

  test.each([
    ["a URL that is none", "localhost:5432/shop", 64, "database_url_invalid"],
    ["a port that is none", "postgres://localhost:port/shop", 64, "database_url_invalid"],
    ["a port where nobody listens", "postgres://localhost:1/shop", 69, "database_unavailable"],
    ["a host that does not exist", "postgres://lockkeeper.invalid/shop", 69, "database_unavailable"],
  ])("%s", async (_, url, exit, expected) => {
    const cwd = writeProject({ "migrations/0001_orders.sql": FIRST });
    const { code, error } = await runCliJson(["up"], { cwd, env: { DATABASE_URL: url } });
    expect({ code, error }).toMatchObject({ code: exit, error: { code: expected } });
  });

  test("a database that does not exist", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    const { code, error } = await runCliJson(["up"], { cwd, env: { DATABASE_URL: `${db.url}_not` } });
    expect({ code, error }).toMatchObject({ code: 69, error: { code: "database_missing" } });
  });

  test("a role that may not create the state schema", async () => {
    await using db = await testDatabase();
    await using role = await testRole(db);
    const cwd = writeProject({ "migrations/0001_orders.sql": FIRST });
    const refusal = { code: "permission_denied", exit: 1, message: /permission denied for database/ };
    await refuses(db, cwd, refusal, { DATABASE_URL: role.url });
  });

  test("a role that may not read the state schema", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    await using role = await testRole(db);
    const refusal = { code: "permission_denied", exit: 1, message: /schema lockkeeper/ };
    await refuses(db, cwd, refusal, { DATABASE_URL: role.url });
  });

  test("a role that may not do what a step needs", async () => {
    await using db = await testDatabase();
    await using role = await testRole(db);
    await db.query(`CREATE TABLE theirs (id int)`);
    await db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${role.name}`);
    const cwd = writeProject({
      "migrations/0001_x.sql": "CREATE SCHEMA s;\nALTER TABLE theirs ADD COLUMN note text;\n",
    });
    const { code, error } = await runCliJson(["up"], { cwd, env: { DATABASE_URL: role.url } });
    expect({ code, error }).toMatchObject({
      code: 1,
      error: { code: "permission_denied", at: { file: "migrations/0001_x.sql", line: 2, column: 1 } },
    });
    expect(await db.query("SELECT to_regnamespace('s') IS NULL AS none")).toEqual([{ none: true }]);
  });

  test("a state schema that is newer than the program", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    await db.query("UPDATE lockkeeper.meta SET version = 999");
    addFiles(cwd, { "migrations/0002_x.sql": "SELECT 1;\n" });
    await refuses(db, cwd, { code: "state_newer", exit: 5, message: /999/ });
  });

  test("a schema lockkeeper that is somebody else's", async () => {
    await using db = await testDatabase();
    await db.query("CREATE SCHEMA lockkeeper; CREATE TABLE lockkeeper.boats (id int)");
    const cwd = writeProject({ "migrations/0001_orders.sql": FIRST });
    await refuses(db, cwd, { code: "state_foreign", exit: 64, message: /lockkeeper/ });
  });

  test("a database that is read-only by default", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    addFiles(cwd, { "migrations/0002_x.sql": "SELECT 1;\n" });
    await db.query(`ALTER DATABASE ${db.name} SET default_transaction_read_only = on`);
    await refuses(db, cwd, { code: "database_read_only", exit: 69, message: /read-only by default/ });
  });
});

describe("a server of another kind", () => {
  let server: EmbeddedServer;
  let db: TestDatabase;
  beforeAll(async () => {
    // Passwords are asked of everybody but the superuser.
    const folder = writeProject({ "pg_hba.conf": "host all postgres all trust\nhost all all all scram-sha-256\n" });
    chmodSync(folder, 0o755);
    server = await startEmbeddedServer({ settings: { fsync: "off", hba_file: join(folder, "pg_hba.conf") } });
    db = await testDatabase(server.url());
  });
  afterAll(async () => {
    await db?.drop().catch(() => {});
    await server?.stop();
  });

  test("a wrong password", async () => {
    await using role = await testRole(db);
    const url = new URL(role.url);
    url.password = "not-the-secret";
    const cwd = writeProject({ "migrations/0001_orders.sql": FIRST });
    const refusal = { code: "database_auth_failed", exit: 69, message: /password authentication failed/ };
    await refuses(db, cwd, refusal, { DATABASE_URL: url.href });
  });

  test("a database in recovery", async () => {
    const cwd = await appliedProject(db);
    addFiles(cwd, { "migrations/0002_x.sql": "CREATE TABLE more (id int);\n" });
    const [row] = await db.query<{ data: string }>("SELECT current_setting('data_directory') AS data");
    writeFileSync(join(row?.data ?? "", "standby.signal"), "");
    await server.restart("fast");
    await onServer(db.url, async (client) => {
      const query = async <R extends Row>(sql: string): Promise<R[]> =>
        [await client.query(sql)].flat().at(-1)?.rows ?? [];
      const standby: TestDatabase = { ...db, query };
      expect(await standby.query("SELECT pg_is_in_recovery() AS yes")).toEqual([{ yes: true }]);
      await refuses(standby, cwd, { code: "database_read_only", exit: 69, message: /is on a standby/ });
    });
    const nothing = await runCli(["status"], { cwd, env: { DATABASE_URL: db.url } });
    expect(nothing).toMatchObject({ code: 0, stderr: "" });
    expect(nothing.stdout).toMatch(/, read-only: 1 applied, 1 pending/);
  });
});

describe("a configuration that is wrong", () => {
  test("a value of the wrong type", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    addFiles(cwd, { "lockkeeper.config.json": '{ "lock": { "timeout": true } }' });
    const at = { file: "lockkeeper.config.json" };
    const message = /`lock\.timeout` is a boolean; expected a duration/;
    await refuses(db, cwd, { code: "config_invalid", exit: 64, at, message });
  });

  test("a file that does not parse", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    addFiles(cwd, { "lockkeeper.config.json": "{" });
    const at = { file: "lockkeeper.config.json" };
    await refuses(db, cwd, { code: "config_unreadable", exit: 64, at, message: /is not valid JSON/ });
  });

  test("a folder in place of the file", async () => {
    await using db = await testDatabase();
    const cwd = await appliedProject(db);
    mkdirSync(join(cwd, "lockkeeper.config.json"));
    const at = { file: "lockkeeper.config.json" };
    await refuses(db, cwd, { code: "config_unreadable", exit: 64, at, message: /cannot be read/ });
  });
});
