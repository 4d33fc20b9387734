import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";
import { writersOn } from "../support/writers.ts";

const POLICY = { ...TEST_POLICY, lockDeadlineMs: 20_000 };

const GIVEN = `CREATE TABLE t (id int PRIMARY KEY, n int CONSTRAINT small CHECK (n < 1000000), note text NOT NULL DEFAULT 'none');
  CREATE INDEX on_n ON t (n) WHERE note <> ''; CREATE UNIQUE INDEX once ON t (note, id);
  CREATE TABLE child (t_id int REFERENCES t); CREATE VIEW seen AS SELECT id, n FROM t;
  GRANT SELECT (n) ON t TO pg_monitor; COMMENT ON COLUMN t.n IS 'number';
  INSERT INTO t SELECT g, g, 'g' FROM generate_series(100001, 101000) g; INSERT INTO child VALUES (100001);`;

const MIGRATION = "ALTER TABLE t RENAME COLUMN n TO amount";

describe("a column that is renamed while clients use it", () => {
  test("has both names until contract, and nothing that is written under either is lost", async () => {
    await using db = await testDatabase();
    await db.query(GIVEN);
    const before = await applicationSchema(db);
    const folder = writeProject({ "0001_it.sql": MIGRATION });
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    let names: readonly string[] = ["n"];
    const writers = writersOn(db, 3, 11, () => names);
    const lost = async (column: string): Promise<readonly unknown[]> => {
      const found = await db.query<{ id: number; n: number | null; note: string }>(
        `SELECT id, ${column} AS n, note FROM t WHERE id < 100000 ORDER BY id`,
      );
      const meant = [...writers.rows.values()].sort((one, other) => one.id - other.id);
      return JSON.stringify(found) === JSON.stringify(meant) ? [] : [{ found, meant }];
    };
    await writers.during(() => applyAll(db, folder, { policy: POLICY }));
    names = ["n", "amount"];
    await writers.during(async () => {});
    expect(writers.errors).toEqual([]);
    expect([...(await lost("n")), ...(await lost("amount"))]).toEqual([]);
    expect(await db.query("SELECT FROM t WHERE n IS DISTINCT FROM amount")).toEqual([]);
    expect(await db.query("SELECT indexdef FROM pg_indexes WHERE indexname = 'lockkeeper_old_on_n'")).toEqual([
      { indexdef: "CREATE INDEX lockkeeper_old_on_n ON public.t USING btree (n) WHERE (note <> ''::text)" },
    ]);
    names = ["n"];
    await writers.during(() => down(options));
    expect(writers.errors).toEqual([]);
    expect(await lost("n")).toEqual([]);
    expect(await applicationSchema(db)).toEqual(before);
    await writers.during(() => applyAll(db, folder, { policy: POLICY }));
    names = ["amount"];
    await writers.during(() => contract(options));
    expect(writers.errors).toEqual([]);
    expect(await lost("amount")).toEqual([]);
    const after = await applicationSchema(db);
    await using other = await testDatabase();
    await other.query(GIVEN);
    await other.query(MIGRATION);
    expect(after).toEqual(await applicationSchema(other));
  }, 60_000);

  test.each([
    ["ALTER TABLE t RENAME note TO x", "ALTER TABLE t ALTER note DROP NOT NULL", /default/],
    ["ALTER TABLE t RENAME g TO x", "ALTER TABLE t ADD g int GENERATED ALWAYS AS (n + 1) STORED", /generated/],
    ["ALTER TABLE t RENAME i TO x", "ALTER TABLE t ADD i int GENERATED ALWAYS AS IDENTITY", /identity/],
    ["ALTER TABLE t RENAME n TO x", "CREATE PUBLICATION p FOR TABLE t", /publication p/],
    ["ALTER TABLE t RENAME n TO x", "CREATE TABLE heir () INHERITS (t)", /inherit/],
  ])("%s is refused after %s", async (migration, more, reason) => {
    await using db = await testDatabase();
    await db.query(`${GIVEN} ${more}`);
    await expect(applyAll(db, { "0001_it.sql": migration }, { policy: POLICY })).rejects.toThrow(reason);
  });
});
