import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type ReadinessOptions, readiness } from "../../src/library/readiness.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { requestAbort } from "../../src/run/control.ts";
import { down } from "../../src/run/down.ts";
import type { Readiness } from "../../src/run/readiness-probe.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { addFiles, writeProject } from "../support/project.ts";
import { testRole } from "../support/role.ts";
import { until } from "../support/until.ts";

const TWO = { "0001_a.sql": "CREATE TABLE a (id int);", "0002_b.sql": "CREATE TABLE b (id int);" };
const HALF = { "0003_c.sql": "-- lockkeeper: transaction each\nCREATE TABLE c (id int);\nSELECT 1 / 0;" };

const verdict = async (db: Pick<TestDatabase, "url">, options: ReadinessOptions): Promise<Readiness> =>
  (await readiness({ url: db.url, ...options })).check();

afterEach(() => vi.unstubAllEnvs());

describe("a program is ready", () => {
  test("when all its migrations are in force and its tables are there", async () => {
    await using db = await testDatabase();
    const folder = writeProject(TWO);
    await applyAll(db, folder);
    const ready = { ready: true, ahead: false };
    expect(await verdict(db, { migrations: folder, tables: ["a", "public.b", '"a"', "PUBLIC.A"] })).toEqual(ready);
    expect(await verdict(db, { expect: "0002_b" })).toEqual(ready);
    expect(await verdict(db, { expect: ["0001_a", "0002_b"] })).toEqual(ready);
  });

  test("when a newer release has been here", async () => {
    await using db = await testDatabase();
    await applyAll(db, TWO);
    expect(await verdict(db, { expect: "0001_a" })).toEqual({ ready: true, ahead: true });
  });

  test("while a newer migration is in flight, and when it failed half way", async () => {
    await using db = await testDatabase();
    const folder = writeProject(TWO);
    await applyAll(db, folder);
    addFiles(folder, { "0003_c.sql": "SELECT pg_advisory_xact_lock(7);" });
    const gate = await db.connect();
    await gate.query("SELECT pg_advisory_lock(7)");
    let waits = false;
    const running = applyAll(db, folder, {
      policy: { ...TEST_POLICY, lockDeadlineMs: 60_000 },
      emit: ({ type }) => {
        waits ||= type === "lock.retry";
      },
    });
    await until("the run is in flight", () => waits);
    expect(await verdict(db, { expect: "0002_b" })).toEqual({ ready: true, ahead: false });
    await gate.query("SELECT pg_advisory_unlock(7)");
    await running;
    await expect(
      applyAll(db, { ...TWO, "0003_c.sql": "SELECT pg_advisory_xact_lock(7);", "0004_d.sql": HALF["0003_c.sql"] }),
    ).rejects.toThrow();
    expect(await verdict(db, { expect: "0002_b" })).toEqual({ ready: true, ahead: true });
  });

  test("while one of its migrations is taken back and nothing of that was done yet", async () => {
    await using db = await testDatabase();
    const folder = writeProject({ ...TWO, "0002_b.down.sql": "SELECT 1 / 0;" });
    await applyAll(db, folder);
    await expect(down({ ...operationOn(db), migrations: readProject(folder) })).rejects.toThrow();
    expect(await verdict(db, { migrations: folder })).toEqual({ ready: true, ahead: false });
  });

  test("under a role that was granted nothing", async () => {
    await using db = await testDatabase();
    const folder = writeProject({ ...TWO, ...HALF });
    await expect(applyAll(db, folder)).rejects.toThrow();
    await using stranger = await testRole(db);
    expect(await verdict(stranger, { expect: "0002_b", tables: ["a"] })).toEqual({ ready: true, ahead: false });
    expect(await verdict(stranger, { expect: "0003_c" })).toMatchObject({ reason: "migration_parked" });
    for (const secret of [
      "plan FROM lockkeeper.run",
      "sql FROM lockkeeper.undo_sql",
      "title FROM lockkeeper.step",
      "detail FROM lockkeeper.audit",
    ]) {
      const client = await db.connect();
      await client.query(`SET ROLE ${stranger.name}`);
      await expect(client.query(`SELECT ${secret}`)).rejects.toMatchObject({ code: "42501" });
    }
  });

  test("with a table it was not granted, in a schema it may not use", async () => {
    await using db = await testDatabase();
    await applyAll(db, { "0001_a.sql": "CREATE SCHEMA closed; CREATE TABLE closed.a (id int);" });
    await using stranger = await testRole(db);
    expect(await verdict(stranger, { expect: "0001_a", tables: ["closed.a"] })).toMatchObject({ ready: true });
  });
});

describe("a program is not ready", () => {
  test("when migrations it was built for are not in force", async () => {
    await using db = await testDatabase();
    const before = await picture(db);
    const folder = writeProject(TWO);
    expect(await verdict(db, { migrations: folder })).toEqual({
      ready: false,
      reason: "schema_behind",
      missing: ["0001_a", "0002_b"],
    });
    expect(await picture(db)).toEqual(before);
    await applyAll(db, folder, { to: "0001_a" });
    expect(await verdict(db, { migrations: folder })).toMatchObject({ reason: "schema_behind", missing: ["0002_b"] });
  });

  test("when the database serves only newer programs", async () => {
    await using db = await testDatabase();
    await applyAll(db, { ...TWO, "0003_c.sql": "-- lockkeeper: contract 0002_b\nSELECT 1;" });
    expect(await verdict(db, { expect: "0001_a" })).toEqual({
      ready: false,
      reason: "schema_below_floor",
      floor: "0002_b",
      newest: "0001_a",
    });
    expect(await verdict(db, { expect: "0002_b" })).toEqual({ ready: true, ahead: true });
  });

  test("when one of its migrations stopped half way", async () => {
    await using db = await testDatabase();
    const folder = writeProject({ ...TWO, ...HALF });
    await expect(applyAll(db, folder)).rejects.toThrow();
    const parked = { ready: false, reason: "migration_parked", id: "0003_c", direction: "up", run: expect.any(Number) };
    expect(await verdict(db, { migrations: folder })).toEqual({ ...parked, state: "failed" });
    await requestAbort(operationOn(db));
    expect(await verdict(db, { migrations: folder })).toEqual({ ...parked, state: "aborted" });
  });

  test("when one of its migrations was taken back half way", async () => {
    await using db = await testDatabase();
    const folder = writeProject({
      ...TWO,
      "0002_b.down.sql": "CREATE TABLE left_behind (id int);\nVACUUM a;\nSELECT 1 / 0;",
    });
    await applyAll(db, folder);
    await expect(down({ ...operationOn(db), migrations: readProject(folder) })).rejects.toThrow();
    expect(await verdict(db, { migrations: folder })).toMatchObject({
      reason: "migration_parked",
      id: "0002_b",
      direction: "down",
    });
  });

  test("when a table it named is not there", async () => {
    await using db = await testDatabase();
    await applyAll(db, TWO);
    await db.query("DROP TABLE a");
    expect(await verdict(db, { expect: "0002_b", tables: ["b", "a", "other.b"] })).toEqual({
      ready: false,
      reason: "table_missing",
      tables: ["a", "other.b"],
    });
    const empty = await testDatabase();
    onTestFinished(() => empty.drop());
    expect(await verdict(empty, { expect: [], tables: ["a"] })).toMatchObject({ reason: "table_missing" });
  });

  test("when the server cannot be reached, the database is not there, or the role may not come in", async () => {
    await using db = await testDatabase();
    expect(await verdict({ url: "postgres://127.0.0.1:1/x" }, { expect: "1" })).toMatchObject({
      ready: false,
      reason: "db_unavailable",
      code: "database_unavailable",
      message: expect.stringContaining("127.0.0.1:1"),
    });
    const elsewhere = new URL(db.url);
    elsewhere.pathname = "/no_such_database";
    expect(await verdict({ url: elsewhere.href }, { expect: "1" })).toMatchObject({ code: "database_missing" });
    await applyAll(db, TWO);
    await db.query("REVOKE USAGE ON SCHEMA lockkeeper FROM PUBLIC");
    await using stranger = await testRole(db);
    expect(await verdict(stranger, { expect: "0002_b" })).toMatchObject({
      reason: "db_unavailable",
      code: "permission_denied",
    });
  });

  test("when the database takes connections and does not answer", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    expect(await verdict({ url: `postgres://127.0.0.1:${port}/x` }, { expect: "1", timeoutMs: 100 })).toMatchObject({
      reason: "db_unavailable",
      code: "database_unavailable",
    });
  });

  test("when the question waits for a lock, and the question does not stay behind", async () => {
    await using db = await testDatabase();
    await applyAll(db, TWO);
    const blocker = await db.connect();
    await blocker.query("BEGIN; LOCK TABLE lockkeeper.migration");
    expect(await verdict(db, { expect: "0002_b", timeoutMs: 200 })).toMatchObject({
      reason: "db_unavailable",
      code: "database_unavailable",
    });
    await until("the session is gone", async () => {
      const left = await db.query(
        "SELECT FROM pg_stat_activity WHERE application_name = 'lockkeeper-readiness' AND datname = current_database()",
      );
      return left.length === 0;
    });
    await blocker.query("ROLLBACK");
  });
});

describe("a probe", () => {
  test("keeps its verdict for as long as it was told to", async () => {
    await using db = await testDatabase();
    const keeping = await readiness({ url: db.url, expect: "0002_b", cacheMs: 3_600_000, unreadyCacheMs: 3_600_000 });
    const asking = await readiness({ url: db.url, expect: "0002_b", cacheMs: 0, unreadyCacheMs: 0 });
    for (const probe of [keeping, asking]) {
      expect((await probe.check()).ready).toBe(false);
    }
    await applyAll(db, TWO);
    expect((await keeping.check()).ready).toBe(false);
    expect((await asking.check()).ready).toBe(true);
    const keepingToo = await readiness({ url: db.url, expect: "0002_b", cacheMs: 3_600_000 });
    expect((await keepingToo.check()).ready).toBe(true);
    await db.query("DELETE FROM lockkeeper.migration");
    expect((await keepingToo.check()).ready).toBe(true);
    expect((await asking.check()).ready).toBe(false);
  });

  test("asks once for all who ask at the same time", async () => {
    await using db = await testDatabase();
    const probe = await readiness({ url: db.url, expect: "0002_b", cacheMs: 0, unreadyCacheMs: 0 });
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => probe.check()));
    expect(new Set(verdicts).size).toBe(1);
  });

  test("leaves the database as it is", async () => {
    await using db = await testDatabase();
    await applyAll(db, TWO);
    await db.query(`ALTER DATABASE ${db.name} SET default_transaction_read_only = on`);
    expect(await verdict(db, { expect: "0002_b", tables: ["a"] })).toMatchObject({ ready: true });
  });

  test("needs a database, and names of tables that are names", async () => {
    vi.stubEnv("DATABASE_URL", "");
    vi.stubEnv("DIRECT_DATABASE_URL", "");
    await expect(readiness({ expect: "1" })).rejects.toMatchObject({ code: "database_url_missing" });
    for (const table of ["", "a.b.c", "a; DROP TABLE b", 'a"b']) {
      await expect(readiness({ url: "postgres://x/y", expect: "1", tables: [table] })).rejects.toMatchObject({
        code: "usage",
      });
    }
  });

  test("takes database and migrations from the environment, as the command does", async () => {
    await using db = await testDatabase();
    const folder = writeProject(TWO);
    await applyAll(db, folder);
    vi.stubEnv("DATABASE_URL", db.url);
    await expect(readiness()).rejects.toMatchObject({ code: "migrations_unreadable" });
    vi.stubEnv("LOCKKEEPER_MIGRATIONS", folder);
    expect(await (await readiness()).check()).toEqual({ ready: true, ahead: false });
  });
});
