import { expect, test } from "vitest";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import { testDatabase } from "../support/database.ts";
import { sweepHere, takeLease } from "../support/sweep-here.ts";

const FILL: SweepSpec = {
  table: { schema: "public", name: "orders" },
  action: { kind: "update", set: "total_new = total::bigint" },
  where: "total_new IS DISTINCT FROM total::bigint",
  left: "total_new IS DISTINCT FROM total::bigint",
  visits: "again",
  triggers: "fire",
};

const ORDERS = (
  rows: number,
): string => `CREATE TABLE orders (id int PRIMARY KEY, total int, total_new bigint, note text);
  INSERT INTO orders SELECT n, n * 7, NULL, repeat('x', 100) FROM generate_series(1, ${rows}) AS n`;

test("an UPDATE changes every row once, in batches that are counted", async () => {
  await using db = await testDatabase();
  await db.query(ORDERS(50_000));
  const sweep = sweepHere(db.url, await takeLease(db.url), FILL);
  expect(await sweep.done).toEqual({ rows: 50_000, setAside: 0, left: 0, fired: [] });
  expect(await db.query("SELECT count(*)::int AS n FROM orders WHERE total_new = total")).toEqual([{ n: 50_000 }]);
  const [batches] = await db.query<{ n: number }>(
    "SELECT sum(batches)::int AS n FROM lockkeeper.sweep_range WHERE done",
  );
  expect(batches?.n).toBeGreaterThan(1);
});

test("a sweep by key keeps the size of its batches across its ranges, and tells how far it is", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE orders (id int PRIMARY KEY, n int); ALTER TABLE orders SET (autovacuum_enabled = off)");
  await db.query("INSERT INTO orders SELECT n, 0 FROM generate_series(1, 60000) AS n");
  await db.query("ANALYZE orders");
  const spec: SweepSpec = {
    ...{ table: FILL.table, action: { kind: "update", set: "n = n + 1" } },
    ...{ visits: "once", key: ["id"], triggers: "fire" },
  };
  // Nothing takes as long as a batch may: none is made smaller.
  const policy = { progressMs: 0, batchMs: 60_000 };
  const sweep = sweepHere(db.url, await takeLease(db.url), spec, { policy });
  expect(await sweep.done).toMatchObject({ rows: 60_000 });
  const [sums] = await db.query<{ batches: number; ranges: number }>(
    "SELECT sum(batches)::int AS batches, count(*)::int AS ranges FROM lockkeeper.sweep_range",
  );
  expect(sums?.ranges).toBeGreaterThan(50);
  expect(sums?.batches).toBeLessThan(1.1 * (sums?.ranges ?? 0));
  const told = sweep.events.flatMap((event) => (event.type === "sweep.progress" ? [event] : []));
  const shares = told.map(({ bytes, bytesTotal }) => bytes / bytesTotal);
  expect(shares.filter((share) => share > 0.4 && share < 0.6).length).toBeGreaterThan(5);
  expect(shares.at(-1)).toBeCloseTo(1);
});

test("a sweep that is done is not done again", async () => {
  await using db = await testDatabase();
  await db.query(ORDERS(1_000));
  const token = await takeLease(db.url);
  await sweepHere(db.url, token, FILL).done;
  await db.query("UPDATE orders SET total_new = NULL");
  expect(await sweepHere(db.url, token, FILL).done).toEqual({ rows: 1_000, setAside: 0, left: 0, fired: [] });
  expect(await db.query("SELECT count(*)::int AS n FROM orders WHERE total_new IS NULL")).toEqual([{ n: 1_000 }]);
});

test("a sweep that was stopped goes on behind its last batch", async () => {
  await using db = await testDatabase();
  await db.query(ORDERS(100_000));
  await db.query(`CREATE TABLE visited (id int);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO visited VALUES (new.id); RETURN new; END $$;
    CREATE TRIGGER note BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note()`);
  const token = await takeLease(db.url);
  const first = sweepHere(db.url, token, FILL, {
    policy: { progressMs: 0 },
    onEvent: ({ type }) => type === "sweep.progress" && first.stop.afterStep("interrupted"),
  });
  await expect(first.done).rejects.toMatchObject({ code: "interrupted" });
  const [before] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM visited");
  expect(before?.n).toBeGreaterThan(0);
  expect(before?.n).toBeLessThan(100_000);
  expect(await sweepHere(db.url, token, FILL).done).toMatchObject({ rows: 100_000 });
  expect(await db.query("SELECT count(*)::int AS n, count(DISTINCT id)::int AS ids FROM visited")).toEqual([
    { n: 100_000, ids: 100_000 },
  ]);
});

test("an empty table and a tiny one are done with a single batch", async () => {
  await using db = await testDatabase();
  await db.query(ORDERS(0));
  const token = await takeLease(db.url);
  expect(await sweepHere(db.url, token, FILL).done).toMatchObject({ rows: 0 });
  expect(await db.query("SELECT count(*)::int AS n FROM lockkeeper.sweep_range")).toEqual([{ n: 0 }]);
  await db.query("INSERT INTO orders SELECT n, n FROM generate_series(1, 100) AS n");
  expect(await sweepHere(db.url, token, { ...FILL, left: "false" }, { step: 1 }).done).toMatchObject({ rows: 100 });
  expect(await db.query("SELECT sum(batches)::int AS n FROM lockkeeper.sweep_range")).toEqual([{ n: 1 }]);
});
