import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0 };
const ORDERS = `CREATE TABLE orders (id int PRIMARY KEY, total int, note text, at timestamptz);
INSERT INTO orders SELECT g, g, 'n', '2020-01-01' FROM generate_series(1, 20000) g; ANALYZE orders`;

const apply = (db: TestDatabase, files: Readonly<Record<string, string>>) => {
  const options = { ...operationOn(db), policy: POLICY };
  return { events: options.events, done: applyAll(db, files, options) };
};

interface Told extends Record<string, unknown> {
  readonly rows: string;
  readonly total: string;
}

const total = async (db: TestDatabase): Promise<Told | undefined> =>
  (await db.query<Told>("SELECT count(*) AS rows, sum(total) AS total FROM orders"))[0];

describe("UPDATE and DELETE of many rows", () => {
  test("are run as sweeps, each in its place between the other statements", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const { events, done } = apply(db, {
      "0001_all.sql": `ALTER TABLE orders ADD COLUMN twice int;
UPDATE orders SET twice = total * 2;
UPDATE orders SET total = total + 1;
DELETE FROM orders WHERE id > 15000;
ALTER TABLE orders ALTER twice SET NOT NULL;`,
    });
    expect((await done).applied).toEqual(["0001_all"]);
    expect(await db.query("SELECT count(*) AS n FROM orders WHERE twice = (total - 1) * 2 AND total = id + 1")).toEqual(
      [{ n: "15000" }],
    );
    expect(
      await db.query(
        "SELECT ordinal, state, facts ->> 'rows' AS rows FROM lockkeeper.step WHERE kind = 'sweep' ORDER BY 1",
      ),
    ).toEqual([
      { ordinal: 1, state: "done", rows: "20000" },
      { ordinal: 3, state: "done", rows: "20000" },
      { ordinal: 5, state: "done", rows: "5000" },
    ]);
    const began = events.filter((event) => event.type === "sweep.began");
    expect(began).toMatchObject([
      { table: "public.orders", step: 2, rows: 20_000, resumed: false },
      { table: "public.orders", step: 4 },
      { table: "public.orders", step: 6 },
    ]);
  });

  test("change values of types that know no equality, or in which equal values are not the same", async () => {
    await using db = await testDatabase();
    await db.query(`CREATE TABLE odd (id int PRIMARY KEY, price numeric, doc json, words text[]);
      INSERT INTO odd SELECT g, 1.0, '{}', '{}' FROM generate_series(1, 20000) g; ANALYZE odd`);
    const { done } = apply(db, {
      "0001_all.sql": `UPDATE odd SET price = 1.00, doc = '{"a": 1}', words = ARRAY['x']`,
    });
    await done;
    const changed = `price::text = '1.00' AND doc ->> 'a' = '1' AND words = '{x}'`;
    expect(await db.query(`SELECT count(*)::int AS n FROM odd WHERE ${changed}`)).toEqual([{ n: 20_000 }]);
  });

  test("put rows away as written: in the table's order of columns, with its identities, triggers and generated columns", async () => {
    await using db = await testDatabase();
    await db.query(`CREATE TABLE visit (id int, at date, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE visit_old (note text, at date NOT NULL, id int NOT NULL);
      ALTER TABLE visit ATTACH PARTITION visit_old FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
      CREATE TABLE visit_new PARTITION OF visit FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
      INSERT INTO visit SELECT g, date '2019-01-01' + g % 1000, 'v' || g FROM generate_series(1, 6000) g;
      CREATE TABLE kept (id int GENERATED ALWAYS AS IDENTITY, note text, at date, put timestamptz, length int GENERATED ALWAYS AS (length(note)) STORED);
      CREATE FUNCTION loud() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := upper(NEW.note); RETURN NEW; END';
      CREATE TRIGGER loud BEFORE INSERT ON kept FOR EACH ROW EXECUTE FUNCTION loud(); ANALYZE`);
    await apply(db, {
      "0001_keep.sql": `WITH moved AS (DELETE FROM visit WHERE at < '2020-07-01' RETURNING *) -- all of it
INSERT INTO kept (id, at, note, put) OVERRIDING SYSTEM VALUE SELECT id, at, note, CURRENT_TIMESTAMP FROM moved`,
    }).done;
    expect(await db.query("SELECT facts ->> 'rows' AS rows FROM lockkeeper.step WHERE kind = 'sweep'")).toEqual([
      { rows: "3282" },
    ]);
    expect(
      await db.query(`SELECT count(*)::int AS n, count(DISTINCT put)::int AS puts, bool_and(note = 'V' || id AND length = length(note)
        AND at = date '2019-01-01' + id % 1000) AS same, (SELECT count(*)::int FROM visit) AS left FROM kept`),
    ).toEqual([{ n: 3_282, puts: 1, same: true, left: 2_718 }]);
  });

  test("have one moment for all rows", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    await apply(db, {
      "0001_now.sql": "UPDATE orders SET at = now() WHERE at < CURRENT_TIMESTAMP(0) - interval '1 day'",
    }).done;
    const [row] = await db.query(
      "SELECT count(DISTINCT at) AS n, max(at) > now() - interval '1 hour' AS fresh FROM orders",
    );
    expect(row).toEqual({ n: "1", fresh: true });
  });

  test("cannot be taken back without a way back of the author's", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const folder = writeProject({ "0001_all.sql": "UPDATE orders SET total = total + 1" });
    await applyAll(db, folder, { policy: POLICY });
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    await expect(down(options)).rejects.toMatchObject({ code: "undo_unavailable" });
  });

  test("are taken back by the author's way back, which is a sweep too", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const before = await total(db);
    const folder = writeProject({
      "0001_all.sql": "UPDATE orders SET total = total + 1",
      "0001_all.down.sql": "UPDATE orders SET total = total - 1",
    });
    await applyAll(db, folder, { policy: POLICY });
    expect(await total(db)).not.toEqual(before);
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    expect(await down(options)).toEqual({ undone: ["0001_all"] });
    expect(await total(db)).toEqual(before);
    expect(options.events.filter(({ type }) => type === "sweep.began")).toHaveLength(1);
  });

  test("that fill a column of the same migration are taken back with it", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const folder = writeProject({
      "0001_all.sql": "ALTER TABLE orders ADD COLUMN twice int;\nUPDATE orders SET twice = total * 2;",
    });
    await applyAll(db, folder, { policy: POLICY });
    expect(await db.query("SELECT count(*)::int AS n FROM orders WHERE twice = total * 2")).toEqual([{ n: 20_000 }]);
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    expect(await down(options)).toEqual({ undone: ["0001_all"] });
    expect(
      await db.query("SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'twice'"),
    ).toEqual([]);
  });

  test("stop at rows that cannot be changed, name them, and go on once they are mended", async () => {
    await using db = await testDatabase();
    await db.query(`${ORDERS}; UPDATE orders SET total = 0 WHERE id IN (7, 7000)`);
    const folder = writeProject({
      "0001_all.sql": "COMMENT ON TABLE orders IS 'x';\n  UPDATE orders SET total = 100 / total;",
    });
    const failure = await applyAll(db, folder, { policy: POLICY }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "sweep_rows_failed",
      at: { file: expect.stringContaining("0001_all.sql"), line: 2, column: 3 },
    });
    expect(String(failure)).toMatch(/division by zero/);
    expect(JSON.stringify(failure)).toContain("7000");
    await db.query("UPDATE orders SET total = 1 WHERE total = 0 AND id IN (7, 7000)");
    expect((await applyAll(db, folder, { policy: POLICY })).applied).toEqual(["0001_all"]);
    expect(await db.query("SELECT id, total FROM orders WHERE id IN (7, 50, 7000, 20) ORDER BY id")).toEqual([
      { id: 7, total: 100 },
      { id: 20, total: 5 },
      { id: 50, total: 2 },
      { id: 7000, total: 100 },
    ]);
  });

  test("of a partitioned table are done through its partitions", async () => {
    await using db = await testDatabase();
    await db.query(`CREATE TABLE line (order_id int, nr int, value int, PRIMARY KEY (order_id, nr)) PARTITION BY LIST (nr);
      CREATE TABLE line_1 PARTITION OF line FOR VALUES IN (1);
      CREATE TABLE line_2 PARTITION OF line FOR VALUES IN (2) PARTITION BY RANGE (order_id);
      CREATE TABLE line_2a PARTITION OF line_2 FOR VALUES FROM (0) TO (5000);
      CREATE TABLE line_2b PARTITION OF line_2 DEFAULT;
      INSERT INTO line SELECT g, 1 + g % 2, g FROM generate_series(1, 12000) g; ANALYZE`);
    const { events, done } = apply(db, {
      "0001_all.sql": `UPDATE line l SET value = l.value + 1;
UPDATE line SET value = -1 WHERE order_id > 11000;
DELETE FROM line WHERE order_id <= 10;`,
    });
    await done;
    expect(
      await db.query("SELECT count(*)::int AS n, count(*) FILTER (WHERE value = order_id + 1)::int AS kept FROM line"),
    ).toEqual([{ n: 11_990, kept: 10_990 }]);
    expect(await db.query("SELECT count(*)::int AS n FROM line WHERE value = -1")).toEqual([{ n: 1_000 }]);
    expect(events.filter(({ type }) => type === "sweep.began")).toMatchObject([
      { parts: 3 },
      { parts: 3 },
      { parts: 3 },
    ]);
  });

  test("move rows to other partitions", async () => {
    await using db = await testDatabase();
    await db.query(`CREATE TABLE part (id int, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
      CREATE TABLE part_eu PARTITION OF part FOR VALUES IN ('de', 'fr');
      CREATE TABLE part_uk PARTITION OF part FOR VALUES IN ('uk');
      CREATE TABLE part_us PARTITION OF part FOR VALUES IN ('us') PARTITION BY RANGE (id);
      CREATE TABLE part_us_1 PARTITION OF part_us FOR VALUES FROM (0) TO (6000);
      CREATE TABLE part_us_2 PARTITION OF part_us DEFAULT;
      INSERT INTO part SELECT g, (ARRAY['de', 'uk', 'us'])[1 + g % 3] FROM generate_series(1, 12000) g; ANALYZE`);
    const { events, done } = apply(db, {
      "0001_all.sql": "UPDATE part p SET region = 'fr' WHERE p.region IN ('uk', 'us');",
    });
    await done;
    expect(await db.query("SELECT region, count(*)::int AS n FROM part GROUP BY 1 ORDER BY 1")).toEqual([
      { region: "de", n: 4_000 },
      { region: "fr", n: 8_000 },
    ]);
    expect(await db.query("SELECT count(*)::int AS n FROM ONLY part_eu")).toEqual([{ n: 12_000 }]);
    expect(events.filter(({ type }) => type === "sweep.began")).toMatchObject([{ parts: 4 }]);
  });

  test("fire the author's triggers, and find what his search path finds", async () => {
    await using db = await testDatabase();
    await db.query(`${ORDERS}; CREATE SCHEMA shop;
      CREATE FUNCTION shop.better(n int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT n * 10';
      CREATE TABLE log (rows int);
      CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO log SELECT count(*) FROM fresh; RETURN NULL; END $$;
      CREATE TRIGGER told AFTER UPDATE ON orders REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION tell();
      CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := NEW.note || '+'; RETURN NEW; END $$;
      CREATE TRIGGER stamped BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION stamp()`);
    await apply(db, { "0001_all.sql": "SET search_path = public, shop;\nUPDATE orders SET total = better(total);" })
      .done;
    expect(await db.query("SELECT count(*)::int AS n FROM orders WHERE total = id * 10 AND note = 'n+'")).toEqual([
      { n: 20_000 },
    ]);
    expect(await db.query("SELECT sum(rows)::int AS n, count(*) > 1 AS batches FROM log")).toEqual([
      { n: 20_000, batches: true },
    ]);
  });

  test("reach the column that another migration keeps the same until contract", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    await apply(db, {
      "0001_type.sql": "ALTER TABLE orders ALTER total TYPE bigint;",
      "0002_rows.sql": "UPDATE orders SET total = total + 1000000 WHERE id <= 15000;",
    }).done;
    const [old] = await db.query<{ name: string }>(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname LIKE 'lockkeeper%' AND NOT attisdropped",
    );
    expect(
      await db.query(
        `SELECT count(*)::int AS n, count(*) FILTER (WHERE total > 1000000)::int AS changed FROM orders
         WHERE "${old?.name}" = total`,
      ),
    ).toEqual([{ n: 20_000, changed: 15_000 }]);
  });
});
