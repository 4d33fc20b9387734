import { expect, test } from "vitest";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import { testDatabase } from "../support/database.ts";
import { sweepHere, takeLease } from "../support/sweep-here.ts";

const AGAIN = { visits: "again", triggers: "fire" } as const;
const ONCE = { visits: "once", triggers: "fire" } as const;

test("a row that may be visited only once is found by its key", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE a (tenant int, at date, n int, PRIMARY KEY (tenant, at));
    INSERT INTO a SELECT k % 7, date '2000-01-01' + k, 0 FROM generate_series(1, 20000) AS k`);
  const spec: SweepSpec = {
    table: { schema: "public", name: "a" },
    action: { kind: "update", set: "n = n + 1" },
    ...ONCE,
  };
  const sweep = sweepHere(db.url, await takeLease(db.url), spec);
  expect(await sweep.done).toMatchObject({ rows: 20_000 });
  expect(await db.query("SELECT n, count(*)::int FROM a GROUP BY n")).toEqual([{ n: 1, count: 20_000 }]);
});

test("several workers share the ranges of keys and do every row once", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE a (name text COLLATE "C" PRIMARY KEY, n int);
    INSERT INTO a SELECT md5(k::text), 0 FROM generate_series(1, 60000) AS k; ANALYZE a`);
  const spec: SweepSpec = {
    table: { schema: "public", name: "a" },
    action: { kind: "update", set: "n = n + 1" },
    ...ONCE,
  };
  const sweep = sweepHere(db.url, await takeLease(db.url), spec, { policy: { workers: 3 } });
  expect(await sweep.done).toMatchObject({ rows: 60_000 });
  expect(await db.query("SELECT n, count(*)::int FROM a GROUP BY n")).toEqual([{ n: 1, count: 60_000 }]);
  const [ranges] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM lockkeeper.sweep_range");
  expect(ranges?.n).toBeGreaterThan(10);
});

test("a table without a key that rows could be visited once by is refused", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE a (n int UNIQUE); INSERT INTO a VALUES (1)");
  const spec: SweepSpec = {
    table: { schema: "public", name: "a" },
    action: { kind: "update", set: "n = n + 1" },
    ...ONCE,
  };
  await expect(sweepHere(db.url, await takeLease(db.url), spec).done).rejects.toMatchObject({
    code: "sweep_key_missing",
  });
  expect(await db.query("SELECT n FROM a")).toEqual([{ n: 1 }]);
});

test("a partitioned table is gone over partition by partition", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE p (id int, n int) PARTITION BY RANGE (id);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10000);
    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10000) TO (20000) PARTITION BY HASH (id);
    CREATE TABLE "p2 a" PARTITION OF p2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE p2b PARTITION OF p2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
    INSERT INTO p SELECT k FROM generate_series(0, 19999) AS k`);
  const spec: SweepSpec = {
    table: { schema: "public", name: "p" },
    action: { kind: "update", set: "n = p.id * 2" },
    where: "p.n IS NULL",
    left: "n IS DISTINCT FROM id * 2",
    ...AGAIN,
  };
  const sweep = sweepHere(db.url, await takeLease(db.url), spec, { policy: { workers: 2 } });
  expect(await sweep.done).toMatchObject({ rows: 20_000 });
  expect(await db.query("SELECT count(*)::int AS n FROM p WHERE n = id * 2")).toEqual([{ n: 20_000 }]);
  expect(sweep.events[0]).toMatchObject({ type: "sweep.began", parts: 3 });
});

test("a partitioned table without partitions is done at once", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE p (id int, n int) PARTITION BY RANGE (id)");
  const spec: SweepSpec = {
    table: { schema: "public", name: "p" },
    action: { kind: "update", set: "n = 1" },
    left: "n IS NULL",
    ...AGAIN,
  };
  expect(await sweepHere(db.url, await takeLease(db.url), spec).done).toMatchObject({ rows: 0 });
});

test("a table that is not there is told", async () => {
  await using db = await testDatabase();
  const spec: SweepSpec = { table: { schema: "public", name: "gone" }, action: { kind: "delete" }, ...AGAIN };
  await expect(sweepHere(db.url, await takeLease(db.url), spec).done).rejects.toMatchObject({
    code: "sweep_table_changed",
    message: "There is no table public.gone.",
  });
});

test("a DELETE with a joined table removes what the condition names", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE o (id int PRIMARY KEY, customer int); CREATE TABLE gone (customer int PRIMARY KEY);
    INSERT INTO o SELECT k, k % 10 FROM generate_series(1, 5000) AS k; INSERT INTO gone VALUES (3), (4)`);
  const spec: SweepSpec = {
    table: { schema: "public", name: "o" },
    alias: "order",
    action: { kind: "delete", using: "gone AS g" },
    where: `g.customer = "order".customer`,
    ...AGAIN,
  };
  expect(await sweepHere(db.url, await takeLease(db.url), spec).done).toMatchObject({ rows: 1_000 });
  expect(await db.query("SELECT count(*)::int AS n FROM o")).toEqual([{ n: 4_000 }]);
});

test("a copy fills another table", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE a (id int PRIMARY KEY, name text); CREATE TABLE "B" (id bigint PRIMARY KEY, "upper Name" text);
    INSERT INTO a SELECT k, 'n' || k FROM generate_series(1, 5000) AS k`);
  const spec: SweepSpec = {
    table: { schema: "public", name: "a" },
    action: {
      kind: "copy",
      into: { schema: "public", name: "B" },
      columns: ["id", "upper Name"],
      select: ["id", "upper(name)"],
      onConflict: "ON CONFLICT (id) DO NOTHING",
    },
    left: `NOT EXISTS (SELECT FROM "B" WHERE "B".id = a.id AND "upper Name" = upper(name))`,
    ...AGAIN,
  };
  expect(await sweepHere(db.url, await takeLease(db.url), spec).done).toMatchObject({ rows: 5_000 });
  expect(
    await db.query(`SELECT count(*)::int AS n FROM "B" JOIN a USING (id) WHERE "upper Name" = upper(name)`),
  ).toEqual([{ n: 5_000 }]);
});

test("a check counts and changes nothing", async () => {
  await using db = await testDatabase();
  await db.query(
    "CREATE TABLE a (id int PRIMARY KEY, n int); INSERT INTO a SELECT k, k % 100 FROM generate_series(1, 5000) AS k",
  );
  const token = await takeLease(db.url);
  const spec = (left: string): SweepSpec => ({
    table: { schema: "public", name: "a" },
    action: { kind: "check" },
    left,
    ...AGAIN,
  });
  expect(await sweepHere(db.url, token, spec("n < 0")).done).toMatchObject({ rows: 0 });
  await expect(sweepHere(db.url, token, spec("n = 1"), { step: 1 }).done).rejects.toMatchObject({
    code: "sweep_incomplete",
    message: expect.stringMatching(/^50 rows of public\.a are not .*: n = 1\n {2}public\.a \(id=1\)\n.*and 40 more$/s),
    data: { left: 50 },
  });
});

test("what is left behind the work is repaired", async () => {
  await using db = await testDatabase();
  await db.query(
    "CREATE TABLE a (id int PRIMARY KEY, n int); INSERT INTO a SELECT k FROM generate_series(1, 5000) AS k",
  );
  const spec: SweepSpec = {
    table: { schema: "public", name: "a" },
    action: { kind: "update", set: "n = id" },
    where: "id % 10 <> 0",
    left: "n IS DISTINCT FROM id",
    ...AGAIN,
  };
  const sweep = sweepHere(db.url, await takeLease(db.url), spec);
  expect(await sweep.done).toMatchObject({ rows: 5_000 });
  expect(sweep.events.filter(({ type }) => type === "sweep.verified")).toEqual([
    { type: "sweep.verified", pass: 1, left: 500, repaired: 500 },
    { type: "sweep.verified", pass: 2, left: 0, repaired: 0 },
  ]);
});

test("rows that no repair mends end the sweep, which can go on once they are mended", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE a (id int PRIMARY KEY, n int); INSERT INTO a SELECT k FROM generate_series(1, 5000) AS k;
    CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.n := NULL; RETURN new; END $$;
    CREATE TRIGGER keep BEFORE UPDATE ON a FOR EACH ROW WHEN (old.id = 7) EXECUTE FUNCTION keep()`);
  const token = await takeLease(db.url);
  const spec: SweepSpec = {
    table: { schema: "public", name: "a" },
    action: { kind: "update", set: "n = id" },
    where: "n IS NULL",
    left: "n IS DISTINCT FROM id",
    ...AGAIN,
  };
  await expect(sweepHere(db.url, token, spec).done).rejects.toMatchObject({
    code: "sweep_incomplete",
    data: { left: 1, relation: "public.a", rows: [{ relation: "public.a", key: { id: 7 } }] },
  });
  await db.query("DROP TRIGGER keep ON a");
  await sweepHere(db.url, token, spec).done;
  expect(await db.query("SELECT count(*)::int AS n FROM a WHERE n = id")).toEqual([{ n: 5_000 }]);
});

test("what others go on writing is told and does not fail the sweep", async () => {
  await using db = await testDatabase();
  await db.query(
    "CREATE TABLE a (id int PRIMARY KEY, state text); INSERT INTO a SELECT k, 'old' FROM generate_series(1, 50000) AS k",
  );
  const spec: SweepSpec = {
    table: { schema: "public", name: "a" },
    action: { kind: "update", set: "state = 'new'" },
    where: "state = 'old'",
    left: "state = 'old'",
    othersMayLeave: true,
    ...AGAIN,
  };
  let added = 0;
  const sweep = sweepHere(db.url, await takeLease(db.url), spec, {
    policy: { progressMs: 0 },
    onEvent: ({ type }) => {
      if (type === "sweep.progress") void db.query("INSERT INTO a VALUES ($1, 'old')", [100_000 + added++]);
    },
  });
  const { left } = await sweep.done;
  expect(left).toBeGreaterThan(0);
  expect(await db.query("SELECT count(*)::int AS n FROM a WHERE id <= 50000 AND state = 'old'")).toEqual([{ n: 0 }]);
});

test("settings of the author and of the caller hold in every batch", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE SCHEMA s; CREATE FUNCTION s.twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
    CREATE TABLE a (id int PRIMARY KEY, n int, by text); INSERT INTO a SELECT k FROM generate_series(1, 100) AS k;
    CREATE ROLE sweeper_of_a; GRANT UPDATE, SELECT ON a TO sweeper_of_a; GRANT USAGE ON SCHEMA s TO sweeper_of_a`);
  const spec: SweepSpec = {
    table: { schema: "public", name: "a" },
    action: { kind: "update", set: "n = twice(id), by = current_user" },
    left: "n IS NULL",
    ...AGAIN,
  };
  try {
    const options = { settings: { role: "sweeper_of_a" }, authored: ["SET LOCAL search_path = s"] };
    await sweepHere(db.url, await takeLease(db.url), spec, options).done;
    expect(await db.query("SELECT DISTINCT by, n = id * 2 AS twice FROM a")).toEqual([
      { by: "sweeper_of_a", twice: true },
    ]);
  } finally {
    await db.query("DROP OWNED BY sweeper_of_a; DROP ROLE sweeper_of_a");
  }
});
