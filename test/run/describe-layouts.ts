import { expect, test } from "vitest";
import { changePrimaryKey } from "../../src/migrations/change-primary-key.ts";
import { partitionTable } from "../../src/migrations/partition-steps.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { resume } from "../../src/run/resume.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

const POLICY = { ...TEST_POLICY, lockDeadlineMs: 20_000 };

/** A table with everything that may hang on one. */
const GIVEN = `CREATE TABLE kind (id int PRIMARY KEY); INSERT INTO kind SELECT generate_series(1, 5);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := coalesce(NEW.note, 'x'); RETURN NEW; END $$;
  CREATE TABLE t (
    id bigint GENERATED ALWAYS AS IDENTITY, gone int, nr serial, region text NOT NULL DEFAULT 'a', kind_id int DEFAULT 1,
    n int, twice int GENERATED ALWAYS AS (n * 2) STORED, note text COLLATE "C", parent bigint, parent_region text,
    PRIMARY KEY (id, region), CONSTRAINT once UNIQUE (nr) WITH (fillfactor = 70), CONSTRAINT sound CHECK (n >= 0),
    CONSTRAINT of_kind FOREIGN KEY (kind_id) REFERENCES kind ON DELETE CASCADE,
    CONSTRAINT below FOREIGN KEY (parent, parent_region) REFERENCES t ON DELETE SET NULL);
  ALTER TABLE t DROP COLUMN gone;
  ALTER TABLE t ADD CONSTRAINT later CHECK (n < 1000) NOT VALID;
  ALTER TABLE t ALTER n SET STATISTICS 200, ALTER n SET (n_distinct = -0.5), ALTER note SET STORAGE EXTERNAL,
    SET (fillfactor = 80), REPLICA IDENTITY FULL;
  CREATE INDEX sorted ON t (lower(note) DESC) INCLUDE (n) WHERE note <> ''; CREATE INDEX hashed ON t USING hash (n);
  CREATE UNIQUE INDEX whole ON t (region DESC NULLS LAST, nr) INCLUDE (n) WHERE nr > 0;
  CREATE STATISTICS both_of ON n, kind_id FROM t; COMMENT ON STATISTICS both_of IS 'both';
  COMMENT ON TABLE t IS 'all'; COMMENT ON COLUMN t.note IS 'told'; COMMENT ON INDEX sorted IS 'fast';
  COMMENT ON CONSTRAINT of_kind ON t IS 'of'; COMMENT ON CONSTRAINT t_pkey ON t IS 'key'; COMMENT ON INDEX whole IS 'w';
  CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
  COMMENT ON TRIGGER touch ON t IS 'touches'; ALTER TABLE t ENABLE ALWAYS TRIGGER touch;
  GRANT SELECT, UPDATE (note) ON t TO pg_monitor; REVOKE TRUNCATE ON t FROM CURRENT_USER;
  CREATE POLICY seen ON t TO pg_monitor USING (n > 0); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
  CREATE PUBLICATION shown FOR TABLE t WITH (publish_via_partition_root = true, publish = 'insert');
  INSERT INTO t (region, kind_id, n, note) SELECT chr(97 + g % 4), 1 + g % 5, g, 'n' || g FROM generate_series(1, 900) AS g;
  UPDATE t SET parent = 1, parent_region = 'b' WHERE id > 800;
  CREATE TABLE item (t_id bigint, t_region text, CONSTRAINT of_t FOREIGN KEY (t_id, t_region) REFERENCES t ON UPDATE CASCADE ON DELETE CASCADE);
  COMMENT ON CONSTRAINT of_t ON item IS 'belongs'; INSERT INTO item SELECT id, region FROM t;
  CREATE VIEW listed WITH (security_barrier) AS SELECT id, region, note FROM t; GRANT SELECT ON listed TO pg_monitor;
  COMMENT ON VIEW listed IS 'seen'; CREATE VIEW counted AS SELECT count(*)::int AS n FROM listed;`;

const BY_LIST = partitionTable({
  table: "t",
  by: "list",
  columns: ["region"],
  partitions: [
    { name: "t_a", values: ["a"] },
    { name: "t_bc", values: ["b", "c"] },
    { name: "t_rest", default: true },
  ],
  keys: { once: ["nr", "region"] },
});

const folderWith = (...steps: readonly unknown[]): string =>
  writeProject({ "0001_it.ts": `export default { steps: ${JSON.stringify(steps)} };` });

/** Without the numbers that clients have drawn. */
const shape = async (db: TestDatabase): Promise<readonly string[]> =>
  (await applicationSchema(db)).filter((line) => !line.startsWith("sequence "));

/** What is said of a table and stays as it is when it gets partitions. */
const saidOfTable = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => /^(column|comment|policy|statistics|publication|rule) /.test(line));

/** Tables whose rows are copied into partitions, or that get another primary key, on one server. */
export function describeLayouts(serverUrl: () => string): void {
  test("a table gets partitions by list, and all that hangs on it goes there and back with all that was written", async () => {
    await using db = await testDatabase(serverUrl());
    await db.query(GIVEN);
    const before = await shape(db);
    const folder = folderWith(BY_LIST);
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    const rows = (sql: string) =>
      db.query(`SELECT id, nr, region, kind_id, n, twice, note, parent FROM ${sql} ORDER BY id`);
    const given = await rows("t");
    await applyAll(db, folder, { policy: POLICY });
    expect(await rows("t")).toEqual(given);
    const lies = "SELECT tableoid::regclass::text AS in, count(*)::int AS n FROM t GROUP BY 1 ORDER BY 1";
    expect(await db.query(lies)).toEqual([
      { in: "t_a", n: 225 },
      { in: "t_bc", n: 450 },
      { in: "t_rest", n: 225 },
    ]);
    const lines = await shape(db);
    expect(saidOfTable(before).filter((line) => !lines.includes(line))).toEqual([]);
    const constraints = await db.query<{ said: string }>(
      "SELECT conname || ' ' || pg_get_constraintdef(oid) || convalidated AS said FROM pg_constraint WHERE conrelid = 't'::regclass AND contype <> 'n' AND conparentid = 0 ORDER BY 1",
    );
    expect(constraints.map(({ said }) => said)).toEqual([
      "below FOREIGN KEY (parent, parent_region) REFERENCES t(id, region) ON DELETE SET NULLtrue",
      "later CHECK ((n < 1000)) NOT VALIDfalse",
      "of_kind FOREIGN KEY (kind_id) REFERENCES kind(id) ON DELETE CASCADEtrue",
      "once UNIQUE (nr, region)true",
      "sound CHECK ((n >= 0))true",
      "t_pkey PRIMARY KEY (id, region)true",
    ]);
    expect(
      await db.query(
        "SELECT c.relname, c.reloptions, c.relreplident FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE i.inhparent = 't'::regclass ORDER BY 1",
      ),
    ).toEqual(
      ["t_a", "t_bc", "t_rest"].map((relname) => ({ relname, reloptions: ["fillfactor=80"], relreplident: "f" })),
    );
    await expect(db.query("INSERT INTO item VALUES (1, 'z')")).rejects.toThrow(/foreign key/);
    await expect(db.query("INSERT INTO t (kind_id) VALUES (99)")).rejects.toThrow(/foreign key/);
    await expect(db.query("INSERT INTO t (n) VALUES (1000)")).rejects.toThrow(/later/);
    // Rows that are new, changed, gone, and moved to another partition.
    await db.query(`INSERT INTO t (region, n) VALUES ('a', 1), ('z', 2); UPDATE t SET n = 0 WHERE id = 4; DELETE FROM t WHERE id = 8;
      UPDATE t SET region = 'new' WHERE id IN (5, 12); DELETE FROM kind WHERE id = 3`);
    const said = await rows("t");
    expect(said.slice(-2)).toMatchObject([{ nr: 903 }, { nr: 904, note: "x" }]);
    await down(options);
    expect(await rows("t")).toEqual(said);
    expect(await shape(db)).toEqual(before);
    await applyAll(db, folder, { policy: POLICY });
    await contract(options);
    expect(await rows("t")).toEqual(said);
    expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper\\__%'")).toEqual([]);
    expect(await db.query("SELECT n FROM counted")).toEqual([{ n: said.length }]);
  });

  test("in a maintenance window a table gets its partitions at once, and keeps all that hangs on it", async () => {
    await using db = await testDatabase(serverUrl());
    await db.query(GIVEN);
    const before = await shape(db);
    const rows = await db.query("SELECT * FROM t ORDER BY id");
    await applyAll(db, {
      "0001_it.ts": `// lockkeeper: mode direct\nexport default { steps: ${JSON.stringify([BY_LIST])} };`,
    });
    expect(await db.query("SELECT * FROM t ORDER BY id")).toEqual(rows);
    const lines = await shape(db);
    expect(saidOfTable(before).filter((line) => !lines.includes(line))).toEqual([]);
    expect(lines.filter((line) => line.includes("lockkeeper"))).toEqual([]);
    expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper\\__%'")).toEqual([]);
  });

  test("a row without a partition stops the copy until it is mended; a partition that is truncated is so on the way back", async () => {
    await using db = await testDatabase(serverUrl());
    await db.query(
      "CREATE TABLE t (id int, region text, PRIMARY KEY (id, region)); INSERT INTO t VALUES (1, 'a'), (2, 'z'), (3, 'b')",
    );
    const before = await applicationSchema(db);
    const partitions = ["a", "b", "c"].map((value) => ({ name: `t_${value}`, values: [value] }));
    const folder = folderWith(partitionTable({ table: "t", by: "list", columns: ["region"], partitions }));
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    await expect(applyAll(db, folder, { policy: POLICY })).rejects.toMatchObject({
      code: "sweep_rows_failed",
      message: expect.stringContaining("no partition of relation"),
    });
    await db.query("UPDATE t SET region = 'c' WHERE id = 2");
    await resume(options);
    await expect(db.query("INSERT INTO t VALUES (4, 'z')")).rejects.toThrow(/no partition/);
    await db.query("TRUNCATE t_a; INSERT INTO t VALUES (5, 'a')");
    await down(options);
    expect(await db.query("SELECT id FROM t ORDER BY id")).toEqual([{ id: 2 }, { id: 3 }, { id: 5 }]);
    expect(await applicationSchema(db)).toEqual(before);
    await applyAll(db, folder, { policy: POLICY });
    await db.query("DROP TABLE t_c");
    await contract(options);
    expect(await db.query("SELECT id FROM t ORDER BY id")).toEqual([{ id: 3 }, { id: 5 }]);
  });

  test("a table gets another primary key under foreign keys that stay in force, and the old one back", async () => {
    await using db = await testDatabase(serverUrl());
    await db.query(`CREATE TABLE t (id int CONSTRAINT "Key" PRIMARY KEY, tenant int, up int CONSTRAINT up REFERENCES t DEFERRABLE);
      COMMENT ON CONSTRAINT "Key" ON t IS 'key'; INSERT INTO t SELECT g, g % 7, g FROM generate_series(1, 500) g;
      CREATE TABLE item (t_id int CONSTRAINT of_t REFERENCES t ON DELETE CASCADE); INSERT INTO item SELECT id FROM t;
      ALTER TABLE item ADD CONSTRAINT later FOREIGN KEY (t_id) REFERENCES t NOT VALID; COMMENT ON CONSTRAINT of_t ON item IS 'of';`);
    const before = await applicationSchema(db);
    const step = changePrimaryKey({ table: "t", columns: ["tenant", "id"] });
    const folder = folderWith(step);
    await applyAll(db, folder, { policy: { ...POLICY, briefMs: 0 } });
    const keys = () =>
      db.query(
        `SELECT conname || ' ' || pg_get_constraintdef(oid) || convalidated AS is FROM pg_constraint
         WHERE contype <> 'n' AND connamespace = 'public'::regnamespace ORDER BY 1`,
      );
    const exchanged = [
      "Key PRIMARY KEY (tenant, id)true",
      "later FOREIGN KEY (t_id) REFERENCES t(id) NOT VALIDfalse",
      "of_t FOREIGN KEY (t_id) REFERENCES t(id) ON DELETE CASCADEtrue",
      "t_id_key UNIQUE (id)true",
      "up FOREIGN KEY (up) REFERENCES t(id) DEFERRABLEtrue",
    ].map((is) => ({ is }));
    expect(await keys()).toEqual(exchanged);
    await expect(db.query("INSERT INTO item VALUES (501)")).rejects.toThrow(/of_t|later/);
    await down({ ...operationOn(db), policy: { ...POLICY, briefMs: 0 }, migrations: readProject(folder) });
    expect(await applicationSchema(db)).toEqual(before);
    await applyAll(db, {
      "0001_it.ts": `// lockkeeper: mode direct\nexport default { steps: ${JSON.stringify([step])} };`,
    });
    expect(await keys()).toEqual(exchanged);
  });
}
