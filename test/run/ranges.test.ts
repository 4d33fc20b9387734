import { expect, inject, test } from "vitest";
import { partitionTable, splitPartition } from "../../src/migrations/partition-steps.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";
import { describeRanges, IN_PLACE, ORDERS } from "./describe-ranges.ts";

describeRanges(() => inject("serverUrl"));

const splitInto = (...bounds: readonly string[]) =>
  splitPartition({
    table: "orders",
    partition: "orders_first",
    into: [
      { name: "orders_early", to: bounds[0] ?? "" },
      { name: "orders_late", from: bounds[1] ?? "", to: bounds[2] ?? "" },
    ],
  });

const folderWith = (step: object): string =>
  writeProject({
    "0001_parts.ts": `export default { steps: [${JSON.stringify(IN_PLACE)}] };`,
    "0002_split.ts": `export default { steps: [${JSON.stringify(step)}] };`,
  });

test("what a table became is split into its stretches, and goes back to one partition", async () => {
  await using db = await testDatabase();
  await db.query(ORDERS);
  const folder = folderWith(splitInto("2026-03-01", "2026-03-01", "2026-12-01"));
  await applyAll(db, folder, { to: "0001_parts" });
  for (const [bounds, reason] of [
    [["2026-03-01", "2026-03-02", "2026-12-01"], /orders_late does not begin where the one before it ends/],
    [["2026-03-01", "2026-03-01", "2026-11-01"], /orders_late does not end where the partition does/],
  ] as const) {
    const refused = applyAll(db, folderWith(splitInto(...bounds)));
    await expect(refused).rejects.toMatchObject({ code: "partition_invalid", message: expect.stringMatching(reason) });
  }
  const before = await applicationSchema(db);
  const options = { ...operationOn(db), policy: TEST_POLICY, migrations: readProject(folder) };
  await applyAll(db, folder);
  expect(
    await db.query("SELECT tableoid::regclass::text AS part, count(*)::int AS rows FROM orders GROUP BY 1 ORDER BY 1"),
  ).toEqual([
    { part: "orders_early", rows: 1415 },
    { part: "orders_late", rows: 1585 },
  ]);
  await db.query(`UPDATE orders SET at = '2026-06-01', note = 'moved' WHERE note = 'n70'; DELETE FROM orders WHERE note = 'n80';
    INSERT INTO orders (note, at) VALUES ('old', '2026-02-02'), ('now', DEFAULT), ('next', '2026-12-24')`);
  await expect(db.query("INSERT INTO orders (customer, at) VALUES (99, '2026-02-02')")).rejects.toThrow(/foreign key/);
  const rows = () => db.query("SELECT id, nr, at, note, gross FROM orders ORDER BY id");
  const said = await rows();
  await down(options);
  expect(await rows()).toEqual(said);
  // Whether a partition met its foreign key with it or was given it shows in a mark that says nothing.
  const without = (lines: readonly string[]) =>
    lines
      .filter((line) => !line.startsWith("sequence "))
      .map((line) => line.replace(/("FOREIGN KEY .*)"no inherit": (true|false)/, "$1"));
  expect(without(await applicationSchema(db))).toEqual(without(before));
  await applyAll(db, folder);
  await contract(options);
  expect(await rows()).toEqual(said);
  expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper\\__%'")).toEqual([]);
  expect(await db.query("SELECT to_regclass('orders_first') AS gone")).toEqual([{ gone: null }]);
}, 60_000);

test("keys that lack the column make way for others, and come back; a table may refer to itself", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE "T x" (id int PRIMARY KEY, at date NOT NULL, code text, n int, up_code text, up_at date, UNIQUE (code, at),
      FOREIGN KEY (up_code, up_at) REFERENCES "T x" (code, at));
    CREATE UNIQUE INDEX "c u" ON "T x" (lower(code)) WHERE code IS NOT NULL; CREATE UNIQUE INDEX plain ON "T x" (n DESC) INCLUDE (code);
    COMMENT ON CONSTRAINT "T x_pkey" ON "T x" IS 'key'; CLUSTER "T x" USING "T x_pkey"; INSERT INTO "T x" VALUES (1, '2026-01-01', 'a', 1)`);
  const before = await applicationSchema(db);
  const step = partitionTable({
    table: '"T x"',
    by: "range",
    columns: ["at"],
    existing: { to: "2027-01-01" },
    partitions: [{ name: "T y", from: "2027-01-01" }],
    keys: { "T x_pkey": ["id", "at"], plain: ["at", "n"], "c u": ["code", "at"] },
  });
  const folder = writeProject({ "0001_it.ts": `export default { steps: [${JSON.stringify(step)}] };` });
  const options = { ...operationOn(db), policy: TEST_POLICY, migrations: readProject(folder) };
  await applyAll(db, folder);
  await expect(db.query(`INSERT INTO "T x" VALUES (1, '2026-02-02', 'b', 2)`)).rejects.toThrow(
    /lockkeeper_kept_T x_pkey/,
  );
  await db.query(`INSERT INTO "T x" VALUES (1, '2027-02-02', 'b', 2, 'a', '2026-01-01')`);
  await expect(down(options)).rejects.toMatchObject({ message: expect.stringMatching(/lockkeeper_kept_T x_pkey/) });
  await db.query(`UPDATE "T x" SET id = 2 WHERE code = 'b'`);
  await down(options);
  expect(await applicationSchema(db)).toEqual(before);
  expect(await db.query(`SELECT id FROM "T x" ORDER BY id`)).toEqual([{ id: 1 }, { id: 2 }]);
  await db.query(`DELETE FROM "T x" WHERE id = 2`);
  await applyAll(db, folder);
  await contract(options);
  await db.query(`INSERT INTO "T x" VALUES (1, '2026-02-02', 'b', 1)`);
  expect(await db.query("SELECT relname FROM pg_class WHERE relname LIKE 'lockkeeper\\__%'")).toEqual([]);
}, 60_000);
