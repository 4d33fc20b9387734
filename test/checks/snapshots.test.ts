import { afterAll, beforeAll, expect, test } from "vitest";
import { compareSnapshots } from "../../src/checks/snapshots/compare-snapshots.ts";
import type { DataSnapshot } from "../../src/checks/snapshots/data-snapshot.ts";
import { namedByPlans } from "../../src/checks/snapshots/named-by-plans.ts";
import { takeSnapshot } from "../../src/checks/snapshots/take-snapshot.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const LIMITS = { lockTimeoutMs: 5_000, timeoutMs: 60_000 };

let db: TestDatabase;
let before: DataSnapshot;
beforeAll(async () => {
  await loadParser();
  db = await testDatabase();
  await db.query(`CREATE TABLE orders (id int PRIMARY KEY, total numeric, note text, "g" json);
    INSERT INTO orders SELECT n, n, CASE WHEN n > 3 THEN 'x' END, '{"a":  1}' FROM generate_series(1, 40) n;
    CREATE TABLE heap (x int); INSERT INTO heap VALUES (1), (1);
    CREATE TABLE empty (id int PRIMARY KEY, at timestamptz); CREATE TABLE bare (); CREATE TABLE gone (id int); ANALYZE`);
  before = await takeSnapshot(db.url, LIMITS);
});
afterAll(() => db.drop());

/** A plan of one step with these statements. */
const planOf = (...statements: readonly string[]): Plan => ({
  format: 1,
  migration: "0001",
  direction: "up",
  checksum: "",
  steps: [
    {
      kind: "ddl",
      phase: "expand",
      title: "",
      at: { file: "f", line: 1, column: 1 },
      settings: [],
      statements: statements.map((sql) => ({ sql, at: { file: "f", line: 1, column: 1 }, tag: "", undo: [] })),
    },
  ],
});

async function since(...statements: readonly string[]): Promise<readonly (readonly [string, string, string])[]> {
  const now = await takeSnapshot(db.url, { ...LIMITS, like: before });
  return compareSnapshots(before, now, namedByPlans([planOf(...statements)])).results.flatMap(({ check, findings }) =>
    findings.map(({ severity, message }) => [check, severity, message] as const),
  );
}

test("a snapshot of another database is told, also where all rows are the same", () => {
  const { results } = compareSnapshots({ ...before, database: "shop" }, before, namedByPlans([]));
  expect(results.filter(({ state }) => state !== "passed")).toMatchObject([
    { check: "snapshot-database", findings: [{ severity: "warning", message: expect.stringContaining("shop") }] },
  ]);
});

test("what is there is counted and added up, without a value of a text", () => {
  const orders = before.tables.find(({ table }) => table === "public.orders");
  expect(orders).toMatchObject({ rows: 40, key: ["id"] });
  expect(orders?.columns.map(({ name, nulls, min, max, sum }) => [name, nulls, min, max, sum])).toEqual([
    ["id", 0, "1", "40", "820"],
    ["total", 0, "1", "40", "820"],
    ["note", 3, null, null, null],
    ["g", 0, null, null, null],
  ]);
  expect(before.tables.map(({ table, rows }) => [table, rows])).toEqual([
    ["public.bare", 0],
    ["public.empty", 0],
    ["public.gone", 0],
    ["public.heap", 2],
    ["public.orders", 40],
  ]);
});

test("nothing is told where nothing has changed, nor of types that say the same", async () => {
  expect(await since()).toEqual([]);
  await db.query("ALTER TABLE orders ALTER id TYPE bigint, ALTER g TYPE jsonb USING g::jsonb");
  expect(await since("ALTER TABLE orders ALTER id TYPE bigint", "ALTER TABLE orders ALTER g TYPE jsonb")).toEqual([
    ["public.orders", "info", "Column id: type integer → bigint, and the same values."],
    ["public.orders", "info", "Column g: type json → jsonb, and the same values."],
  ]);
});

test("a change that a plan names is told, one that no plan names is an error, and a warning beside code of its own", async () => {
  await db.query("UPDATE orders SET note = 'none' WHERE note IS NULL; UPDATE orders SET total = 100 WHERE id = 7");
  const [note, total] = ["Column note: ", "Column total: "];
  const told = async (...statements: readonly string[]): Promise<readonly (readonly [string, string])[]> =>
    (await since(...statements))
      .filter(([, , message]) => message.startsWith(note) || message.startsWith(total))
      .map(([, severity, message]) => [severity, message.replace(/\d+ to \d+ values|\d+ values?/, "values")] as const);
  expect(await told("UPDATE orders SET note = 'none' WHERE note IS NULL")).toEqual([
    ["error", "Column total: values changed; sum 820 → 913, greatest 40 → 100. No plan names it."],
    ["info", "Column note: values changed; NULLs 3 → 0."],
  ]);
  // A table is meant as the statement writes it.
  const severities = async (statement: string): Promise<readonly string[]> =>
    (await told(statement)).map(([severity]) => severity);
  expect(await severities("UPDATE public.orders SET note = 'none'")).toEqual(["error", "info"]);
  expect(await severities("UPDATE elsewhere.orders SET note = 'none'")).toEqual(["error", "error"]);
  expect(await told("DO 'BEGIN END'")).toMatchObject([
    ["warning", expect.anything()],
    ["warning", expect.anything()],
  ]);
});

test("rows that come, go or are replaced, and tables and columns that are new or gone", async () => {
  await db.query(`INSERT INTO heap VALUES (2); DROP TABLE gone; CREATE TABLE young (id int); INSERT INTO young VALUES (1);
    UPDATE orders SET id = 400 WHERE id = 40; ALTER TABLE orders DROP total; ALTER TABLE empty ADD x int`);
  const keys = (await since("UPDATE orders SET id = 400 WHERE id = 40")).filter(([, , text]) => text.includes("keys"));
  expect(keys).toEqual([["public.orders", "info", expect.stringContaining("the keys are not the same")]]);
  const told = await since("DROP TABLE gone", "ALTER TABLE orders DROP COLUMN total");
  expect(told.filter(([, , message]) => !message.startsWith("Column id") && !/note|Column g/.test(message))).toEqual([
    ["public.empty", "info", "Column x is new."],
    ["public.gone", "info", "The table is gone, with 0 rows."],
    ["public.heap", "error", "There were 2 rows, and are 3 (+1). No plan names it."],
    [
      "public.orders",
      "error",
      expect.stringMatching(
        /^There are as many rows as before, but others: in \d of \d+ groups of rows the keys are not the same\. No plan names it\.$/,
      ),
    ],
    ["public.orders", "info", "Column total is gone."],
    ["public.young", "info", "The table is new, with 1 row."],
  ]);
});

test("snapshots of two majors do not compare: usage", () => {
  const other = { ...before, serverVersion: before.serverVersion - 10_000 };
  expect(() => compareSnapshots(other, before, namedByPlans([]))).toThrow(/what it hashes does not compare/);
});

test("what plans name, by the statements that are written and that run", () => {
  const { tables, columns, isOpen } = namedByPlans([
    planOf(
      "INSERT INTO a VALUES (1)",
      "TRUNCATE b, c",
      "UPDATE s.d SET x = 1, y = 2",
      "ALTER TABLE e ADD COLUMN z int, DROP COLUMN w, ALTER COLUMN v TYPE text",
      "ALTER TABLE f RENAME COLUMN old TO new",
      "ALTER TABLE g RENAME TO h",
      "CREATE TABLE i (x int)",
      "DROP TABLE k, s.l",
    ),
  ]);
  expect([...tables].toSorted()).toEqual(["a", "b", "c", "g", "h", "i", "k", "s.l"]);
  expect([...columns].toSorted()).toEqual(["e.v", "e.w", "e.z", "f.new", "f.old", "s.d.x", "s.d.y"]);
  expect(isOpen).toBe(false);
});
