import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";
import { lostRows, REBUILT } from "../support/rebuilt-table.ts";
import { writersOn } from "../support/writers.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0, lockDeadlineMs: 20_000 };

/** Without the numbers that clients have drawn. */
const shape = async (db: TestDatabase): Promise<readonly unknown[]> =>
  (await applicationSchema(db)).filter((line) => !line.startsWith("sequence "));

const folderWith = (partitionTable: unknown): string =>
  writeProject({ "0002_it.ts": `export default { steps: [${JSON.stringify({ partitionTable })}] };` });

/** What keeps rows from lying in any partition is left out. */
const GIVEN = REBUILT.replace(" UNIQUE DEFERRABLE INITIALLY DEFERRED", "").replace(
  "CREATE INDEX ON t (n);",
  `CREATE INDEX ON t (n); CREATE UNIQUE INDEX whole ON t (nr DESC NULLS LAST, id) INCLUDE (n) WHERE nr > 0;
   ALTER TABLE t ADD CONSTRAINT sound CHECK (n IS NULL OR n > -1000000), ALTER n SET STATISTICS 200, SET (fillfactor = 80);
   COMMENT ON TABLE t IS 'all'; COMMENT ON CONSTRAINT t_pkey ON t IS 'key'; CREATE STATISTICS both_of ON n, kind_id FROM t;
   GRANT SELECT ON t TO pg_monitor; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY seen ON t USING (id > 0);`,
);

/** Tables that get partitions while others write, on one server. */
export function describePartitionings(serverUrl: () => string): void {
  test("a table gets partitions by hash while clients write, and nothing is lost on the way there and back", async () => {
    await using db = await testDatabase(serverUrl());
    await db.query(GIVEN);
    const before = await shape(db);
    const folder = folderWith({ table: "t", by: "hash", columns: ["id"], partitions: 4 });
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    const writers = writersOn(db, 3, 7);
    const during = (work: () => Promise<unknown>): Promise<unknown> => writers.during(work);
    await during(() => applyAll(db, folder, { policy: POLICY }));
    expect(writers.errors).toEqual([]);
    expect(await lostRows(db, writers)).toEqual([]);
    await during(() => down(options));
    expect(writers.errors).toEqual([]);
    expect(await lostRows(db, writers)).toEqual([]);
    expect(await shape(db)).toEqual(before);
    await during(() => applyAll(db, folder, { policy: POLICY }));
    await during(() => contract(options));
    expect(writers.errors).toEqual([]);
    expect(await lostRows(db, writers)).toEqual([]);
    expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper\\__%'")).toEqual([]);
  }, 60_000);
}
