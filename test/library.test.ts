import { join } from "node:path";
import { inspect } from "node:util";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readCatalog } from "../src/catalog/read-catalog.ts";
import { stableJson } from "../src/catalog/stable-json.ts";
import * as lockkeeper from "../src/index.ts";
import { connect } from "../src/postgres/session.ts";
import { testDatabase } from "./support/database.ts";
import { picture } from "./support/picture.ts";
import { addFiles, writeProject } from "./support/project.ts";
import { testRole } from "./support/role.ts";
import { until } from "./support/until.ts";

const { migrate, takeBack, status, history, planMigrations, waitForMigration } = lockkeeper;

const TWO = { "0001_a.sql": "CREATE TABLE a (id int);", "0002_b.sql": "CREATE TABLE b (id int);" };

beforeEach(() => {
  for (const variable of ["DATABASE_URL", "DIRECT_DATABASE_URL"]) {
    vi.stubEnv(variable, "");
  }
});
afterEach(() => vi.unstubAllEnvs());

test("the library exports these functions and classes and nothing else", () => {
  expect(Object.keys(lockkeeper).sort()).toEqual([
    "LockkeeperError",
    "addPartitions",
    "backfill",
    "changePrimaryKey",
    "contract",
    "defineConfig",
    "defineMigration",
    "diff",
    "doctor",
    "drift",
    "embedKeys",
    "extractKeys",
    "history",
    "mergeColumns",
    "migrate",
    "moveColumn",
    "partitionTable",
    "planMigrations",
    "readProject",
    "readiness",
    "readinessHandlers",
    "splitColumn",
    "splitPartition",
    "squash",
    "stairway",
    "status",
    "takeBack",
    "waitForMigration",
  ]);
});

describe("migrate", () => {
  test("brings a database to the schema of a folder, and then has nothing to do", async () => {
    await using db = await testDatabase();
    const migrations = writeProject(TWO);
    expect(await migrate({ url: db.url, migrations })).toEqual({
      applied: ["0001_a", "0002_b"],
      inForce: 2,
      ahead: [],
      waited: false,
      postFlight: expect.objectContaining({ migrations: ["0001_a", "0002_b"], findings: [], unfinished: null }),
    });
    const before = await picture(db);
    expect(await migrate({ url: db.url, migrations })).toMatchObject({ applied: [], inForce: 2, waited: false });
    expect(await picture(db)).toEqual(before);
  });

  test("takes database, folder and policy from the environment and the configuration, as the command does", async () => {
    await using db = await testDatabase();
    const folder = writeProject({
      "lockkeeper.config.ts": 'export default { migrations: "changes", lease: { wait: "300ms" } };',
      "changes/0001_a.sql": TWO["0001_a.sql"],
      "changes/0002_b.sql": TWO["0002_b.sql"],
    });
    vi.stubEnv("DATABASE_URL", db.url);
    vi.stubEnv("LOCKKEEPER_CONFIG", join(folder, "lockkeeper.config.ts"));
    expect(await migrate({ to: "0001_a" })).toMatchObject({ applied: ["0001_a"], inForce: 1 });
    await db.query("SELECT lockkeeper.acquire_lease('elsewhere:42', '{}', interval '1 hour')");
    await expect(migrate()).rejects.toMatchObject({ code: "lease_held", data: { holder: "elsewhere:42" } });
  });

  test("of many at once, one does the work, and all succeed", async () => {
    await using db = await testDatabase();
    const migrations = writeProject(TWO);
    const results = await Promise.all(Array.from({ length: 8 }, () => migrate({ url: db.url, migrations })));
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(["0001_a", "0002_b"]);
    expect(results.map(({ inForce }) => inForce)).toEqual(Array(8).fill(2));
    expect(results.some(({ waited }) => waited)).toBe(true);
    expect(await history({ url: db.url })).toHaveLength(2);
  });

  test("succeeds on a database that is ahead, and says so", async () => {
    await using db = await testDatabase();
    await migrate({ url: db.url, migrations: writeProject(TWO) });
    const events: lockkeeper.LockkeeperEvent[] = [];
    const older = writeProject({ "0001_a.sql": TWO["0001_a.sql"] });
    const result = await migrate({ url: db.url, migrations: older, onEvent: (event) => events.push(event) });
    expect(result).toMatchObject({ applied: [], ahead: ["0002_b"] });
    expect(events).toEqual([{ type: "notice", message: expect.stringMatching(/ahead .*: 1 migration up to 0002_b/) }]);
  });

  test("refuses a database that serves newer programs only", async () => {
    await using db = await testDatabase();
    const newer = { ...TWO, "0003_c.sql": "-- lockkeeper: contract 0002_b\nSELECT 1;" };
    await migrate({ url: db.url, migrations: writeProject(newer) });
    const older = writeProject({ "0001_a.sql": TWO["0001_a.sql"] });
    await expect(migrate({ url: db.url, migrations: older })).rejects.toMatchObject({ code: "schema_below_floor" });
  });

  test("stops at once when its signal fires, and goes on when it is called again", async () => {
    await using db = await testDatabase();
    await db.query("CREATE TABLE patience AS SELECT 600 AS seconds");
    const migrations = writeProject({
      "0001_a.sql":
        "-- lockkeeper: transaction each\nCREATE TABLE a (id int);\nSELECT pg_sleep(seconds) FROM patience;",
    });
    const shutdown = new AbortController();
    const running = migrate({ url: db.url, migrations, signal: shutdown.signal });
    running.catch(() => {});
    await until("the statement is at work", async () => {
      const [row] = await db.query(
        "SELECT FROM pg_stat_activity WHERE query LIKE '%FROM patience%' AND state = 'active' AND pid <> pg_backend_pid()",
      );
      return row !== undefined;
    });
    shutdown.abort();
    await expect(running).rejects.toMatchObject({ code: "interrupted", exitCode: 130, retryable: true });
    expect((await status({ url: db.url, migrations })).migrations[0]).toMatchObject({
      state: "partial",
      run: { stepsDone: 1, steps: 2 },
    });
    await db.query("UPDATE patience SET seconds = 0");
    expect(await migrate({ url: db.url, migrations })).toMatchObject({ applied: ["0001_a"] });
  });

  test("begins nothing when its signal has fired already", async () => {
    await using db = await testDatabase();
    const migrations = writeProject(TWO);
    await expect(migrate({ url: db.url, migrations, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "interrupted",
    });
    expect((await status({ url: db.url, migrations })).counts).toMatchObject({ applied: 0, pending: 2 });
  });

  test("fails with a code, a place and what to do", async () => {
    await using db = await testDatabase();
    await expect(migrate()).rejects.toMatchObject({ code: "database_url_missing" });
    await expect(migrate({ url: db.url, migrations: "/nowhere" })).rejects.toMatchObject({
      code: "migrations_unreadable",
    });
    const before = await picture(db);
    const migrations = writeProject({ "0001_a.sql": "SELECT 1;\nCREATE TABEL b ();" });
    const failure = await migrate({ url: db.url, migrations }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(lockkeeper.LockkeeperError);
    expect(failure).toMatchObject({ code: "sql_syntax", at: { file: join(migrations, "0001_a.sql"), line: 2 } });
    expect(await picture(db)).toEqual(before);
  });

  test("writes a structured line for each thing that happens to a logger in the manner of pino", async () => {
    await using db = await testDatabase();
    const lines: Record<string, unknown>[] = [];
    const logger = pino({ level: "debug" }, { write: (line) => lines.push(JSON.parse(line)) });
    const migrations = writeProject(TWO);
    await migrate({ url: db.url, migrations, logger });
    expect(lines.map(({ event }) => event)).toEqual([
      "state.installed",
      "lease.acquired",
      "plan.ready",
      ...["0001_a", "0002_b"].flatMap(() => ["run.started", "step.started", "step.done", "run.done"]),
      "postflight.done",
    ]);
    expect(lines.find(({ event }) => event === "step.done")).toMatchObject({
      level: 30,
      migration: "0001_a",
      durationMs: expect.any(Number),
      lockWaitMs: 0,
      attempts: 1,
      msg: expect.stringMatching(/^0001_a: step 1 of 1 done in \d+ ms: CREATE TABLE a/),
    });
    lines.length = 0;
    addFiles(migrations, { "0003_c.sql": "SELECT 1 / 0;" });
    await expect(migrate({ url: db.url, migrations, logger })).rejects.toMatchObject({ code: "statement_failed" });
    expect(lines.at(-1)).toMatchObject({
      level: 50,
      event: "run.failed",
      error: { code: "statement_failed" },
      msg: "0003_c: statement_failed: division by zero",
    });
  });

  test("lets no password out with an event, a log line or an error", async () => {
    await using db = await testDatabase();
    await using role = await testRole(db, "CREATEROLE");
    await db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${role.name}`);
    const url = new URL(role.url);
    await db.query(`ALTER ROLE ${role.name} PASSWORD 'kingfisher'`);
    url.password = "kingfisher";
    const migrations = writeProject({
      "0001_a.sql": "DO $$ BEGIN RAISE WARNING 'postgres://app:cormorant@host'; END $$;",
      "0002_b.sql": "CREATE ROLE someone PASSWORD 'pelican' FLY;",
      "0003_c.sql": `CREATE ROLE ${role.name} PASSWORD 'heron';`,
    });
    const seen: unknown[] = [];
    const logger = pino({ level: "debug" }, { write: (line) => seen.push(line) });
    const call = { url: url.href, migrations, logger, onEvent: (event: unknown) => seen.push(event) };
    const syntax = await migrate(call).catch((error: unknown) => error);
    expect(syntax).toMatchObject({ code: "sql_syntax" });
    addFiles(migrations, { "0002_b.sql": "SELECT 'kingfisher';" });
    const exists = await migrate(call).catch((error: unknown) => error);
    expect(exists).toMatchObject({ code: "statement_failed", at: { excerpt: expect.stringContaining("***") } });
    expect(seen.length).toBeGreaterThan(10);
    const everything = inspect([seen, syntax, exists], { depth: 20, maxStringLength: null });
    expect(everything).toContain("***");
    expect(everything).not.toMatch(/kingfisher|cormorant|pelican|heron/);
  });

  test("tells the logger who stands in the way while it waits for a lock", async () => {
    await using db = await testDatabase();
    const migrations = writeProject({ "0001_a.sql": TWO["0001_a.sql"] });
    await migrate({ url: db.url, migrations });
    addFiles(migrations, { "0002_b.sql": "ALTER TABLE a ADD COLUMN b int;" });
    const reader = await db.connect();
    await reader.query("SET application_name = 'report'; BEGIN; SELECT * FROM a");
    const lines: Record<string, unknown>[] = [];
    const logger = pino({ level: "warn" }, { write: (line) => lines.push(JSON.parse(line)) });
    const running = migrate({ url: db.url, migrations, logger, policy: { lockTimeoutMs: 400 } });
    await until("a blocker is reported", () => lines.some(({ event }) => event === "lock.waiting"));
    await reader.query("ROLLBACK");
    expect(await running).toMatchObject({ applied: ["0002_b"] });
    expect(lines[0]).toMatchObject({ level: 40, blockers: [{ application: "report", relation: "a" }] });
  });
});

test("status and history tell where a project stands, before and after", async () => {
  await using db = await testDatabase();
  const project = { url: db.url, migrations: writeProject(TWO) };
  expect((await status(project)).counts).toMatchObject({ pending: 2, applied: 0 });
  expect(await history({ url: db.url })).toEqual([]);
  await migrate(project);
  expect((await status(project)).counts).toMatchObject({ pending: 0, applied: 2 });
  expect((await history({ url: db.url, limit: 1 })).map(({ migration }) => migration)).toEqual(["0002_b"]);
});

test("what was applied can be taken back", async () => {
  await using db = await testDatabase();
  const project = { url: db.url, migrations: writeProject(TWO) };
  const before = await picture(db);
  await migrate(project);
  expect(await takeBack(project)).toMatchObject({ undone: ["0002_b"], postFlight: { unfinished: null } });
  expect(await takeBack({ ...project, steps: 5 })).toMatchObject({ undone: ["0001_a"] });
  expect((await picture(db))["schema"]?.filter((line) => !line.includes("lockkeeper"))).toEqual(before["schema"]);
});

test("what was left standing for older releases can be removed, for some migrations or for all", async () => {
  await using db = await testDatabase();
  await db.query(
    "CREATE TABLE a AS SELECT 1 AS id; CREATE TABLE b AS SELECT 1 AS id; CREATE TABLE c AS SELECT 1 AS id",
  );
  const files = { "0001_a.sql": "DROP TABLE a;", "0002_b.sql": "DROP TABLE b;", "0003_c.sql": "DROP TABLE c;" };
  await migrate({ url: db.url, migrations: writeProject(files) });
  expect(await lockkeeper.contract({ url: db.url, ids: ["0002_b"] })).toMatchObject({
    contracted: ["0002_b"],
    waiting: ["0001_a", "0003_c"],
  });
  expect(await lockkeeper.contract({ url: db.url })).toMatchObject({ contracted: ["0001_a", "0003_c"], waiting: [] });
  expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname ~ 'quarantine'")).toEqual([]);
  await expect(lockkeeper.contract({ url: db.url, ids: ["9_z"] })).rejects.toMatchObject({ code: "migration_unknown" });
});

test("plans are data that needs no database", async () => {
  const plans = await planMigrations({ migrations: writeProject(TWO) });
  expect(plans).toMatchObject([
    {
      migration: "0001_a",
      direction: "up",
      steps: [{ kind: "ddl", statements: [{ sql: "CREATE TABLE a (id int)" }] }],
    },
    { migration: "0002_b" },
  ]);
  expect(JSON.parse(JSON.stringify(plans))).toEqual(plans);
});

test("plans are made on a database, or on a catalog that was stored", async () => {
  await using db = await testDatabase();
  vi.stubEnv("LOCKKEEPER_BRIEF", "0");
  const migrations = writeProject({ "0001_a.sql": "CREATE INDEX t_a ON t (a);" });
  const empty = await dump(db.url);
  await db.query("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
  const online = await planMigrations({ url: db.url, migrations });
  expect(online).toMatchObject([
    { steps: [{ kind: "concurrent", statement: { sql: "CREATE INDEX CONCURRENTLY t_a ON t (a)" } }] },
  ]);
  expect(await planMigrations({ catalog: await dump(db.url), migrations })).toMatchObject([
    { steps: [{ kind: "concurrent" }] },
  ]);
  expect(await planMigrations({ catalog: empty, migrations })).toMatchObject([{ steps: [{ kind: "ddl" }] }]);
  await expect(planMigrations({ catalog: "{}", migrations })).rejects.toMatchObject({ code: "snapshot_invalid" });
});

async function dump(url: string): Promise<string> {
  await using session = await connect(url);
  return stableJson(await readCatalog(session.query));
}

test("a program may wait for the one that migrates", async () => {
  await using db = await testDatabase();
  const waiting = waitForMigration({ url: db.url, id: "0002_b", timeoutMs: 60_000 });
  await migrate({ url: db.url, migrations: writeProject(TWO) });
  expect(await waiting).toMatchObject({ id: "0002_b" });
  await expect(waitForMigration({ url: db.url, id: "0003_c", timeoutMs: 0 })).rejects.toMatchObject({
    code: "wait_timeout",
  });
});

describe("options that the compiler did not see", () => {
  const call = async (run: () => Promise<unknown>): Promise<unknown> => await run().catch((error: unknown) => error);

  test.each([
    ["a number for a URL", { url: 5 }, /^`url` is .*expected the URL of a database/],
    [
      "an option that there is not",
      { migration: "db" },
      /^migrate\(\) has no option `migration`; did you mean `migrations`\?$/,
    ],
    [
      "a policy that there is not",
      { policy: { lockTimeout: 5 } },
      /the policy of migrate\(\) has no option `lockTimeout`; did you mean `lockTimeoutMs`/,
    ],
    [
      "a policy of sweeps that there is not",
      { policy: { sweep: { worker: 2 } } },
      /`sweep` in the policy of migrate\(\) has no option `worker`; did you mean `workers`/,
    ],
    ["a condition of contract that is none", { policy: { contract: { stillUsed: 5 } } }, /`stillUsed` of `contract`/],
    [
      "a text for a duration",
      { policy: { lockTimeoutMs: "5s" } },
      /`lockTimeoutMs` of .* is not a number of milliseconds/,
    ],
    ["a layout that there is not", { layout: "liquibase" }, /^`layout` is .*one of auto,/],
    ["a text for a logger", { logger: "pino" }, /`logger` of migrate\(\) is not an object/],
    ["a URL in place of the options", "postgres://localhost/a", /takes an object of options/],
    ["an empty target", { to: "" }, /`to` of migrate\(\)/],
  ])("migrate() refuses %s", async (_name, options, message) => {
    const error = await call(() => migrate(options as never));
    expect(error).toMatchObject({ code: "usage", message: expect.stringMatching(message) });
  });

  test.each([
    ["readiness()", { table: ["a"] }, /`table`; did you mean `tables`/],
    ["readiness()", { expect: 5 }, /`expect` of readiness\(\) is not a list of texts/],
  ])("%s refuses %o", async (_call, options, message) => {
    const error = await call(() => lockkeeper.readiness(options as never));
    expect(error).toMatchObject({ code: "usage", message: expect.stringMatching(message) });
  });

  test.each([
    ["takeBack", takeBack, { steps: 0 }],
    ["contract", lockkeeper.contract, { ids: "0001_a" }],
    ["status", status, { allowOutOfOrders: true }],
    ["history", history, { limit: "5" }],
    ["planMigrations", planMigrations, { folder: "x" }],
    ["waitForMigration", waitForMigration, { id: "1_a", timeout: 5 }],
  ] as const)("%s refuses what it does not know", async (_name, run, options) => {
    expect(await call(() => run(options as never))).toMatchObject({ code: "usage" });
  });
});
