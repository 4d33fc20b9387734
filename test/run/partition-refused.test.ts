import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll } from "../support/operations.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
  await db.query(`CREATE TABLE t (id int PRIMARY KEY, at timestamptz NOT NULL, ended date, n int UNIQUE, twice int GENERATED ALWAYS AS (n * 2) STORED);
    INSERT INTO t (id, at) VALUES (1, '2026-01-01'); CREATE TABLE taken ();
    CREATE TABLE keyed (id int, at date, name text NOT NULL, note text, PRIMARY KEY (id, at)); INSERT INTO keyed VALUES (1, '2026-01-01', 'a');
    CREATE TABLE referred (id int PRIMARY KEY, at date NOT NULL); INSERT INTO referred VALUES (1, '2026-01-01');
    CREATE TABLE refers (id int REFERENCES referred);
    CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE listed (kind text) PARTITION BY LIST (kind);`);
});

afterAll(async () => await db[Symbol.asyncDispose]());

const RANGE = {
  table: "keyed",
  by: "range",
  columns: ["at"],
  existing: { to: "2027-01-01" },
  partitions: [{ name: "keyed_2027", from: "2027-01-01" }],
};

const run = (step: object) =>
  applyAll(db, { "0001_it.ts": `export default { steps: [{ sql: "SELECT 1" }, ${JSON.stringify(step)}] };` });

describe("a step about partitions is refused before anything is run", () => {
  test.each<[object, RegExp]>([
    [{ partitionTable: 1 }, /step 2: `partitionTable` is not an object/],
    [{ partitionTable: { ...RANGE, table: " " } }, /step 2: `table` is not the name of a table/],
    [{ partitionTable: { ...RANGE, columns: [] } }, /step 2: `columns` is not a list of columns/],
    [{ partitionTable: { ...RANGE, by: "year" } }, /step 2: `by` is none of/],
    [{ partitionTable: { ...RANGE, keys: { keyed_pkey: [] } } }, /step 2: `keys` does not give each key/],
    [{ partitionTable: { ...RANGE, existing: {} } }, /step 2: `existing` does not say `to`/],
    [{ partitionTable: { ...RANGE, existing: { to: {} } } }, /step 2: `to` of `existing` is no value/],
    [{ partitionTable: { ...RANGE, partitions: [{ from: 1 }] } }, /step 2: partition 1 has no `name`/],
    [{ partitionTable: { ...RANGE, partitions: { every: "1 mile", ahead: 1 } } }, /step 2: `every` of `partitions`/],
    [{ partitionTable: { ...RANGE, partitions: { every: "1 day", ahead: 0 } } }, /step 2: `ahead` of `partitions`/],
    [{ partitionTable: { ...RANGE, by: "list", partitions: [{ name: "a" }] } }, /step 2: partition a has neither/],
    [
      { partitionTable: { ...RANGE, by: "hash", partitions: -1 } },
      /step 2: `partitions` is neither a number nor names/,
    ],
    [{ splitPartition: { table: "parts", partition: "parts_1", into: [{ name: "a" }] } }, /step 2: `into` does not/],
    [
      { splitPartition: { table: "parts", partition: "parts_1", into: [{ name: "a" }, { name: "a" }] } },
      /step 2: two partitions are called a/,
    ],
    [{ addPartitions: { table: "parts", every: "month", ahead: 3 } }, /step 2: `every` of `addPartitions`/],
  ])("%j is no step", async (step, reason) => {
    await expect(run(step)).rejects.toMatchObject({
      code: "migration_module_invalid",
      message: expect.stringMatching(reason),
    });
  });

  test.each<[object, RegExp]>([
    [{ partitionTable: { ...RANGE, table: "nowhere" } }, /there is no table nowhere/],
    [{ partitionTable: { ...RANGE, table: "t; DROP TABLE t" } }, /is no name of a table/],
    [{ partitionTable: { ...RANGE, table: "parts" } }, /parts is a partitioned table/],
    [{ partitionTable: { ...RANGE, columns: ["att"] } }, /keyed has no column att/],
    [{ partitionTable: { ...RANGE, existing: { to: ["2027-01-01", 1] } } }, /is no bound over 1 column/],
    [{ partitionTable: { ...RANGE, existing: { to: [null] } } }, /is no bound over 1 column/],
    [{ partitionTable: { ...RANGE, existing: { to: 5 }, partitions: { every: "1 day", ahead: 1 } } }, /behind a date/],
    [
      { partitionTable: { ...RANGE, existing: { name: "taken", to: "2027-01-01" } } },
      /there is a relation taken already/,
    ],
    [{ partitionTable: { ...RANGE, columns: ["name"] } }, /keyed_pkey keeps id, at unique, and over the partitions/],
    [{ partitionTable: { ...RANGE, keys: { keyed_pkey: ["id", "at"] } } }, /keyed_pkey in `keys` is no primary key/],
    [{ partitionTable: { ...RANGE, table: "t", keys: { t_pkey: ["id", "at"], t_n_key: ["n"] } } }, /t_n_key lacks at/],
    [{ partitionTable: { ...RANGE, table: "t", columns: ["twice"] } }, /twice is generated/],
    [{ addPartitions: { table: "listed", every: "1 month", ahead: 3 } }, /is not partitioned by range of one column/],
    [{ addPartitions: { table: "nowhere", every: "1 month", ahead: 3 } }, /there is no table nowhere/],
  ])("%j does not fit the table", async (step, reason) => {
    await expect(run(step)).rejects.toMatchObject({
      code: "partition_invalid",
      message: expect.stringMatching(reason),
      at: { file: expect.stringMatching(/0001_it\.ts \(step 2\)$/) },
    });
  });

  test("the reason and the choices are told where a key cannot be kept, or rows would be in the way", async () => {
    await expect(run({ partitionTable: { ...RANGE, columns: ["name"] } })).rejects.toMatchObject({
      action: expect.stringContaining('`keys: { keyed_pkey: ["id", "at", "name"] }`'),
    });
    const refused = (message: RegExp) => ({ code: "plan_refused", message: expect.stringMatching(message) });
    const open = {
      ...RANGE,
      table: "t",
      columns: ["ended"],
      keys: { t_pkey: ["id", "ended"], t_n_key: ["n", "ended"] },
    };
    await expect(run({ partitionTable: open })).rejects.toMatchObject(refused(/ended may be null/));
    const referred = { ...RANGE, table: "referred", keys: { referred_pkey: ["id", "at"] } };
    await expect(run({ partitionTable: referred })).rejects.toMatchObject(
      refused(/refers_id_fkey of refers refers to id/),
    );
  });
});
