import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";
import { lostRows, REBUILT, whileRowsChangePlaces } from "../support/rebuilt-table.ts";
import { schemaSnapshot } from "../support/schema-snapshot.ts";
import { writersOn } from "../support/writers.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0, lockDeadlineMs: 20_000 };

/** Without the numbers that clients have drawn. */
const shape = async (db: TestDatabase): Promise<readonly unknown[]> =>
  (await schemaSnapshot(db.query)).filter((line) => !line.startsWith("sequence "));

const CHANGES = [
  ["by VACUUM FULL", "VACUUM FULL t"],
  ["by CLUSTER", "CLUSTER t USING t_pkey"],
] as const;

/** Tables that are written again while others write, on one server. */
export function describeRebuilds(serverUrl: () => string): void {
  test.each(CHANGES)(
    "%s a table is written again while clients write, and nothing is lost",
    async (_, migration) => {
      await using db = await testDatabase(serverUrl());
      await applyAll(db, { "0001_given.sql": REBUILT });
      const before = await shape(db);
      const folder = writeProject({ "0001_given.sql": REBUILT, "0002_it.sql": migration });
      const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
      const writers = writersOn(db, 3, 7);
      const during = (work: () => Promise<unknown>): Promise<unknown> =>
        whileRowsChangePlaces(db, () => writers.during(work));
      const [old] = await db.query<{ oid: number }>("SELECT 't'::regclass::oid::int AS oid");
      await during(() => applyAll(db, folder, { policy: POLICY }));
      expect(writers.errors).toEqual([]);
      expect(await lostRows(db, writers)).toEqual([]);
      expect(await db.query("SELECT 't'::regclass::oid::int AS oid")).not.toEqual([old]);
      await during(() => down(options));
      expect(writers.errors).toEqual([]);
      expect(await lostRows(db, writers)).toEqual([]);
      expect(await db.query("SELECT 't'::regclass::oid::int AS oid")).toEqual([old]);
      expect(await shape(db)).toEqual(before);
      await during(() => applyAll(db, folder, { policy: POLICY }));
      await during(() => contract(options));
      expect(writers.errors).toEqual([]);
      expect(await lostRows(db, writers)).toEqual([]);
      expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper\\__%'")).toEqual([]);
    },
    60_000,
  );

  test("what is truncated while a table is written again stays away, and what is written behind it is there", async () => {
    await using db = await testDatabase(serverUrl());
    await db.query(
      `CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 50000) g`,
    );
    const folder = writeProject({ "0001_it.sql": "VACUUM FULL t" });
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    const written = new Set<string>();
    const truncateOnce = (at: string, sql: string): Promise<unknown> | undefined => {
      if (written.has(at)) return undefined;
      written.add(at);
      return db.query(sql);
    };
    const waits: (Promise<unknown> | undefined)[] = [];
    await applyAll(db, folder, {
      policy: POLICY,
      emit: ({ type }) => {
        if (type === "sweep.progress")
          waits.push(truncateOnce(type, "TRUNCATE t; INSERT INTO t VALUES (7, 70), (50001, 1)"));
      },
    });
    await Promise.all(waits);
    expect(written.size).toBe(1);
    const rows = [
      { id: 7, n: 70 },
      { id: 50_001, n: 1 },
    ];
    expect(await db.query("SELECT * FROM t ORDER BY id")).toEqual(rows);
    await db.query("TRUNCATE t; INSERT INTO t VALUES (8, 80)");
    await down(options);
    expect(await db.query("SELECT * FROM t ORDER BY id")).toEqual([{ id: 8, n: 80 }]);
  });

  test("a table goes to another tablespace, and its indexes stay where they are", async () => {
    await using db = await testDatabase(serverUrl());
    const space = `space_${db.name}`;
    await db.query("SET allow_in_place_tablespaces = on");
    await db.query(`CREATE TABLESPACE ${space} LOCATION ''`);
    await db.query("CREATE TABLE t (id int PRIMARY KEY, n int); CREATE INDEX ON t (n)");
    await db.query("INSERT INTO t SELECT g, g FROM generate_series(1, 5000) g");
    const folder = writeProject({ "0001_it.sql": `ALTER TABLE t SET TABLESPACE ${space}` });
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    const places = (): Promise<unknown[]> =>
      db.query(`SELECT relname, spcname FROM pg_class LEFT JOIN pg_tablespace s ON s.oid = reltablespace
        WHERE relnamespace = 'public'::regnamespace ORDER BY relname`);
    const before = await places();
    await applyAll(db, folder, { policy: POLICY });
    expect(await places()).toEqual([
      { relname: "t", spcname: space },
      { relname: "t_n_idx", spcname: null },
      { relname: "t_pkey", spcname: null },
    ]);
    expect(await db.query("SELECT count(*)::int AS n, sum(n)::int AS sum FROM t")).toEqual([
      { n: 5_000, sum: 12_502_500 },
    ]);
    await down(options);
    expect(await places()).toEqual(before);
    await db.query(`DROP TABLESPACE ${space}`);
  });

  test("a table to which somebody adds a column meanwhile is not replaced, and stays whole on the way back", async () => {
    await using db = await testDatabase(serverUrl());
    await db.query("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 5000)");
    const folder = writeProject({ "0001_it.sql": "VACUUM FULL t" });
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    let added: Promise<unknown> | undefined;
    const run = applyAll(db, folder, {
      policy: POLICY,
      emit: ({ type }) => {
        if (type === "sweep.progress") added ??= db.query("ALTER TABLE t ADD COLUMN more int DEFAULT 5");
      },
    });
    await expect(run).rejects.toMatchObject({
      code: "statement_failed",
      message: expect.stringContaining("somebody has changed the columns of public.t meanwhile"),
    });
    await added;
    await down(options);
    expect(await db.query("SELECT count(*)::int AS n, sum(more)::int AS sum FROM t")).toEqual([
      { n: 5_000, sum: 25_000 },
    ]);
    expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper\\_%'")).toEqual([]);
  });

  test("rows that somebody changes past the triggers are found by the comparison, and mended", async () => {
    await using db = await testDatabase(serverUrl());
    await db.query(
      "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 3000) g",
    );
    await db.query("CREATE INDEX by_n ON t (n)");
    // When the rows are copied, and the index is built.
    await db.query(`CREATE FUNCTION past() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
      IF to_regclass('lockkeeper_rebuild_t.by_n') IS NULL OR EXISTS (SELECT FROM t WHERE id = -1) THEN RETURN; END IF;
      SET LOCAL session_replication_role = replica;
      ALTER TABLE t DISABLE TRIGGER ALL;
      INSERT INTO t VALUES (-1, -1); UPDATE t SET n = -2 WHERE id = 2; DELETE FROM t WHERE id = 3;
      ALTER TABLE t ENABLE ALWAYS TRIGGER "~lockkeeper_sync_rows"; ALTER TABLE t ENABLE ALWAYS TRIGGER "~lockkeeper_sync_truncate";
    END $$; CREATE EVENT TRIGGER past ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION past()`);
    const { events, ...options } = operationOn(db);
    await applyAll(db, { "0001_it.sql": "VACUUM FULL t" }, { ...options, policy: POLICY });
    expect(events.filter(({ type }) => type === "sweep.verified")).toMatchObject([
      { left: 2, repaired: 2 },
      { left: 0, repaired: 0 },
      { left: 1, repaired: 1 },
      { left: 0, repaired: 0 },
    ]);
    expect(await db.query("SELECT count(*)::int AS all, min(id) AS first, min(n) AS least FROM t")).toEqual([
      { all: 3000, first: -1, least: -2 },
    ]);
    expect(await db.query("SELECT n FROM t WHERE id IN (2, 3)")).toEqual([{ n: -2 }]);
  });
}
