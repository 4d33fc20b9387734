import { describe, expect, inject, test } from "vitest";
import { databaseFindings } from "../../src/run/doctor/checks.ts";
import type { DoctorFacts } from "../../src/run/doctor/facts.ts";
import type { Finding } from "../../src/run/doctor/finding.ts";
import { type DoctorOptions, doctor } from "../../src/run/doctor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { applyAll } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { testRole } from "../support/role.ts";

/** Other tests leave scratch databases on the same server on purpose. */
const isWrong = ({ check, ok }: Finding): boolean => !ok && check !== "scratch-databases";

const wrong = async (db: Pick<TestDatabase, "url">, options: Partial<DoctorOptions> = {}): Promise<Finding[]> =>
  (await doctor({ url: db.url, ...options })).filter(isWrong);

test("a healthy database has nothing wrong with it, before and after Lockkeeper came", async () => {
  await using db = await testDatabase();
  const before = await picture(db);
  const findings = await doctor({ url: db.url });
  expect(findings.filter(isWrong)).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    "connection",
    "server-version",
    "primary",
    "replication-role",
    "privileges",
    "client-check",
    "pooler",
    "default-timeouts",
    "activity",
    "invalid-indexes",
    "long-transactions",
    "prepared-transactions",
    "scratch-databases",
    "contract",
    "leftovers",
    "state-schema",
    "lease",
    "unfinished-runs",
  ]);
  expect(await picture(db)).toEqual(before);
  await applyAll(db, { "0001_a.sql": "CREATE TABLE a (id int);" });
  expect(await wrong(db)).toEqual([]);
});

test("a server that cannot be reached is the one finding", async () => {
  expect(await doctor({ url: "postgres://127.0.0.1:1/x" })).toEqual([
    {
      check: "connection",
      ok: false,
      message: expect.stringContaining("127.0.0.1:1/x cannot be reached"),
      action: expect.any(String),
    },
  ]);
  expect(await doctor({ url: "nonsense" })).toMatchObject([{ check: "connection", ok: false }]);
});

test("an invalid index is named with its cure", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)");
  await expect(db.query("CREATE UNIQUE INDEX CONCURRENTLY broken ON a (id)")).rejects.toThrow();
  expect(await wrong(db)).toMatchObject([
    { check: "invalid-indexes", message: expect.stringContaining("broken"), action: expect.stringContaining("broken") },
  ]);
});

test("an invalid index of a run that stopped is that run's to build", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)");
  await expect(applyAll(db, { "0001_a.sql": "CREATE UNIQUE INDEX CONCURRENTLY broken ON a (id);" })).rejects.toThrow();
  const [run] = await db.query<{ id: string }>("SELECT id FROM lockkeeper.run");
  await db.query(`DROP INDEX IF EXISTS broken`);
  await db.query("CREATE UNIQUE INDEX CONCURRENTLY broken ON a (id)").catch(() => {});
  await db.query("UPDATE lockkeeper.step SET state = 'started'");
  expect(await wrong(db)).toContainEqual({
    check: "invalid-indexes",
    ok: false,
    message: expect.stringContaining(`broken (of run ${run?.id})`),
    action: expect.stringMatching(/^`lockkeeper resume` builds/),
  });
});

test("what waits for contract is told, and what nothing waits for any more is a finding", async () => {
  await using db = await testDatabase();
  const found = async (check: string): Promise<Finding | undefined> =>
    (await doctor({ url: db.url })).find((one) => one.check === check);
  await db.query(
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 2; END'; CREATE TABLE a AS SELECT 1 AS id; ALTER TABLE a ADD n int DEFAULT f(); CREATE TABLE b AS SELECT 1 AS id; CREATE TABLE c AS SELECT 1 AS id",
  );
  await applyAll(db, {
    "0001_a.sql": "ALTER TABLE a DROP COLUMN n; DROP FUNCTION f();",
    "0002_b.sql": "DROP TABLE b;",
    "0003_c.sql": "ALTER TABLE c RENAME TO d;",
  });
  expect(await found("contract")).toMatchObject({
    ok: true,
    message:
      "Waiting for `lockkeeper contract`: 0001_a (column lockkeeper_dropped_n of a, routine public.lockkeeper_dropped_f()), 0002_b (schema lockkeeper_quarantine_b), 0003_c (view c).",
  });
  expect(await found("leftovers")).toMatchObject({ ok: true });
  await db.query("UPDATE lockkeeper.migration SET contract = 'done' WHERE id <> '0002_b'");
  expect(await found("leftovers")).toMatchObject({
    ok: false,
    message: expect.stringContaining(
      "column lockkeeper_dropped_n of a, routine public.lockkeeper_dropped_f(), view c.",
    ),
    action: expect.stringContaining("ALTER TABLE a DROP COLUMN lockkeeper_dropped_n;"),
  });
  await db.query("DROP SCHEMA lockkeeper CASCADE");
  expect(await found("leftovers")).toMatchObject({ ok: false, message: expect.stringMatching(/schema lockkeeper_q/) });
});

test("a lease that a dead runner left, and its half-done run, are named", async () => {
  await using db = await testDatabase();
  await expect(
    applyAll(db, { "0001_a.sql": "-- lockkeeper: transaction each\nSELECT 1;\nSELECT 1 / 0;" }),
  ).rejects.toThrow();
  await db.query("SELECT lockkeeper.acquire_lease('elsewhere:42', '{}', interval '-1 s')");
  expect(await wrong(db)).toMatchObject([
    { check: "lease", message: expect.stringContaining("elsewhere:42") },
    { check: "unfinished-runs", message: expect.stringContaining("up 0001_a, failed, 1 of 2 steps") },
  ]);
});

test("a run at work is no finding", async () => {
  await using db = await testDatabase();
  await expect(
    applyAll(db, { "0001_a.sql": "-- lockkeeper: transaction each\nSELECT 1;\nSELECT 1 / 0;" }),
  ).rejects.toThrow();
  await db.query("SELECT lockkeeper.acquire_lease('elsewhere:42', '{}', interval '1 hour')");
  expect(await wrong(db)).toEqual([]);
});

test("old transactions are named with who holds them", async () => {
  await using db = await testDatabase();
  const client = await db.connect();
  await client.query("SET application_name = 'nightly report'");
  await client.query("BEGIN; SELECT 1");
  expect(await wrong(db)).toEqual([]);
  expect(await wrong(db, { longTransactionMs: 0 })).toMatchObject([
    { check: "long-transactions", message: expect.stringMatching(/nightly report, idle in transaction/) },
  ]);
});

test("a role that may not create the state schema is told what to grant", async () => {
  await using db = await testDatabase();
  await using role = await testRole(db);
  const findings = await wrong(role);
  expect(findings.map(({ check }) => check)).toEqual(["privileges", "activity"]);
  expect(findings[0]?.action).toContain(`GRANT CREATE ON DATABASE ${db.name} TO ${role.name}`);
});

test("a role that does not own the state schema is told whose it is", async () => {
  await using db = await testDatabase();
  await applyAll(db, { "0001_a.sql": "SELECT 1;" });
  await using role = await testRole(db);
  const findings = await wrong(role);
  expect(findings.map(({ check }) => check)).toEqual(["privileges", "activity", "state-schema"]);
  expect(findings[0]?.message).toContain("belongs to postgres");
});

test("a schema of this name that is somebody else's is a finding", async () => {
  await using db = await testDatabase();
  await db.query("CREATE SCHEMA lockkeeper; CREATE TABLE lockkeeper.boats (id int)");
  expect(await wrong(db)).toMatchObject([{ check: "state-schema", action: "Rename it or drop it." }]);
});

test("a state schema of a newer program is a finding", async () => {
  await using db = await testDatabase();
  await applyAll(db, { "0001_a.sql": "SELECT 1;" });
  await db.query("UPDATE lockkeeper.meta SET version = 999");
  expect(await wrong(db)).toMatchObject([{ check: "state-schema", message: expect.stringContaining("version 999") }]);
});

test("a read-only database and one without triggers are findings", async () => {
  await using db = await testDatabase();
  await db.query(`ALTER DATABASE ${db.name} SET default_transaction_read_only = on`);
  await db.query(`ALTER DATABASE ${db.name} SET session_replication_role = replica`);
  expect((await wrong(db)).map(({ check }) => check)).toEqual(["primary", "replication-role"]);
});

test("default timeouts are shown, and harm nobody on a direct connection", async () => {
  await using db = await testDatabase();
  await onServer(inject("serverUrl"), (client) =>
    client.query(`ALTER DATABASE ${db.name} SET statement_timeout = '30s'`),
  );
  const findings = await doctor({ url: db.url });
  expect(findings.find(({ check }) => check === "default-timeouts")).toMatchObject({
    ok: true,
    message: expect.stringContaining("statement_timeout = 30000 ms"),
  });
});

test("the role under which migrations run is looked at", async () => {
  await using db = await testDatabase();
  await applyAll(db, { "0001_a.sql": "SELECT 1;" });
  await using login = await testRole(db);
  await using owner = await testRole(db);
  const roleOf = async (role: string): Promise<Finding | undefined> =>
    (await doctor({ url: login.url, role })).find(({ check }) => check === "role");
  expect(await roleOf("nobody_of_this_name")).toMatchObject({ ok: false, message: expect.stringMatching(/no role/) });
  expect(await roleOf(owner.name)).toMatchObject({ ok: false, action: `GRANT ${owner.name} TO ${login.name};` });
  await db.query(`GRANT ${owner.name} TO ${login.name}`);
  expect(await roleOf(owner.name)).toMatchObject({ ok: true });
  await db.query("REVOKE USAGE ON SCHEMA lockkeeper FROM PUBLIC");
  expect(await roleOf(owner.name)).toMatchObject({
    ok: false,
    action: `GRANT USAGE ON SCHEMA lockkeeper TO ${owner.name};`,
  });
  await db.query("GRANT USAGE ON SCHEMA lockkeeper TO PUBLIC");
});

test("nobody is told to grant the role of a superuser", async () => {
  await using db = await testDatabase();
  await using role = await testRole(db);
  await applyAll(db, { "0001_a.sql": "CREATE TABLE a (id int);" });
  const found = (await wrong(role)).find(({ check }) => check === "privileges");
  expect(found?.action).toMatch(/^Connect as \w+, which is a superuser/);
  expect(found?.action).not.toContain("GRANT");
});

describe("from the facts alone", () => {
  const FACTS: DoctorFacts = {
    database: "shop",
    serverVersion: 180_001,
    role: "app",
    migratesAs: null,
    inRecovery: false,
    readOnly: false,
    replicationRole: "origin",
    mayCreate: true,
    schema: null,
    seesOthers: true,
    invalidIndexes: [],
    longTransactions: [],
    preparedTransactions: [],
    timeouts: [],
  };
  const found = (
    facts: Partial<DoctorFacts>,
    more: { isPooled?: boolean; clientCheckRefused?: string; scratchDatabases?: readonly string[] } = {},
  ): string[] =>
    databaseFindings({
      facts: { ...FACTS, ...facts },
      isPooled: more.isPooled ?? false,
      clientCheckRefused: more.clientCheckRefused,
      scratchDatabases: more.scratchDatabases ?? [],
      left: undefined,
    })
      .filter(({ ok }) => !ok)
      .map(({ check, message }) => `${check}: ${message}`);

  test.each([
    ["an old server", { serverVersion: 130_012 }, {}, [/^server-version: This is PostgreSQL 13\.12/]],
    ["a standby", { inRecovery: true, readOnly: true }, {}, [/^primary: .*standby/]],
    ["a platform without the check", {}, { clientCheckRefused: "not supported" }, [/^client-check: .*not supported/]],
    ["a pooler", {}, { isPooled: true }, [/^pooler: /]],
    ["a scratch database", {}, { scratchDatabases: ["left_1"] }, [/^scratch-databases: .*left_1/]],
    [
      "a pooler that keeps timeouts",
      { timeouts: [{ name: "lock_timeout", ms: 500 }] },
      { isPooled: true },
      [/^pooler: /, /^default-timeouts: .*lock_timeout = 500 ms/],
    ],
    [
      "a prepared transaction",
      { preparedTransactions: [{ name: "tx-1", ageMs: 120_000 }] },
      {},
      [/^prepared-transactions: .*tx-1 \(2 min\)/],
    ],
    [
      "a state schema that may not be upgraded",
      { schema: { owner: "dba", ownerIsSuperuser: false, mayCreate: false, ownsAll: false, relations: 9 } },
      {},
      [/^privileges: .*belongs to dba/],
    ],
  ] as const)("%s is found", (_name, facts, more, expected) => {
    expect(found(facts as Partial<DoctorFacts>, more)).toEqual(expected.map((line) => expect.stringMatching(line)));
  });
});
