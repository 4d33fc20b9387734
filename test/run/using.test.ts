import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0 };

const ORDERS = `CREATE TABLE orders (id int PRIMARY KEY, total numeric, note text, updated_at timestamptz NOT NULL DEFAULT '2020-01-01');
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
  CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
  INSERT INTO orders SELECT g, g, CASE WHEN g % 3 > 0 THEN 'n' || g END FROM generate_series(1, 300) g; ANALYZE orders;`;

const columns = (db: TestDatabase) =>
  db.query(
    "SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
  );
const ofOurs = (db: TestDatabase) =>
  db.query(`SELECT tgname AS name FROM pg_trigger WHERE tgname LIKE '~%'
    UNION SELECT proname FROM pg_proc WHERE proname LIKE 'sync_orders%' ORDER BY 1`);

describe("a required column with `using`", () => {
  test("is filled without a sign of it, and by those who do not know it until contract", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const folder = writeProject({
      "0001_cents.sql": "-- lockkeeper: using cents = total * 100\nALTER TABLE orders ADD COLUMN cents int NOT NULL;",
    });
    await applyAll(db, folder, { policy: POLICY });
    expect(await db.query("SELECT FROM orders WHERE cents <> total * 100 OR updated_at <> '2020-01-01'")).toEqual([]);
    await db.query(
      "INSERT INTO orders (id, total) VALUES (1000, 7); INSERT INTO orders VALUES (1001, 7, '', now(), 5)",
    );
    expect(await db.query("SELECT cents FROM orders WHERE id >= 1000 ORDER BY id")).toEqual([
      { cents: 700 },
      { cents: 5 },
    ]);
    await db.query("UPDATE orders SET total = 8 WHERE id = 1000");
    expect(await db.query("SELECT cents FROM orders WHERE id = 1000")).toEqual([{ cents: 700 }]);
    expect(await ofOurs(db)).toHaveLength(2);
    await db.query("ALTER TABLE orders RENAME TO sales");
    await contract({ ...operationOn(db), policy: POLICY, migrations: readProject(folder) });
    expect(await ofOurs(db)).toEqual([]);
    await expect(db.query("INSERT INTO sales (id, total) VALUES (2000, 7)")).rejects.toMatchObject({ code: "23502" });
  });

  test("is filled together with others by one trigger", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const folder = writeProject({
      "0001_all.sql": `-- lockkeeper: using cents = total * 100
-- lockkeeper: using note = 'none'
-- lockkeeper: using label = 'no ' || cents
ALTER TABLE orders ADD COLUMN cents int NOT NULL, ALTER note SET NOT NULL, ADD COLUMN label text NOT NULL;`,
    });
    await applyAll(db, folder, { policy: POLICY });
    expect(await ofOurs(db)).toEqual([{ name: "sync_orders_cents" }, { name: "~lockkeeper_sync" }]);
    await db.query("INSERT INTO orders (id, total) VALUES (1000, 7)");
    expect(await db.query("SELECT cents, note, label FROM orders WHERE id IN (3, 1000) ORDER BY id")).toEqual([
      { cents: 300, note: "none", label: "no 300" },
      { cents: 700, note: "none", label: "no 700" },
    ]);
    expect(await db.query("SELECT FROM orders WHERE label IS DISTINCT FROM 'no ' || cents OR note IS NULL")).toEqual(
      [],
    );
    await contract({ ...operationOn(db), policy: POLICY, migrations: readProject(folder) });
    expect(await ofOurs(db)).toEqual([]);
  });

  test("that the server refuses, or cannot evaluate for some row, is told with its place, and nothing is changed", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const before = await columns(db);
    for (const [expression, said] of [
      ["note", /type integer but expression is of type text/],
      ["1 / (total::int - 5)", /division by zero/],
      ["length(note)", /null value in column "need"/],
      ["missing(total)", /function missing/],
    ] as const) {
      const project = {
        "0001_it.sql": `CREATE TABLE other ();\nALTER TABLE orders ADD COLUMN early int;\n`,
        "0002_need.sql": `-- lockkeeper: using need = ${expression}\nCREATE TABLE more ();\nALTER TABLE orders ADD COLUMN need int NOT NULL;`,
      };
      await using fresh = await testDatabase();
      await fresh.query(ORDERS);
      await expect(applyAll(fresh, project, { policy: POLICY })).rejects.toMatchObject({
        code: "statement_failed",
        message: expect.stringMatching(said),
        at: { file: expect.stringMatching(/0002_need\.sql$/), line: 1, column: 1 },
      });
      expect(await fresh.query("SELECT to_regclass('more') AS more")).toEqual([{ more: null }]);
    }
    expect(await columns(db)).toEqual(before);
  });

  test("that names no column of the table is refused before anything is connected with it", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const project = {
      "0001_it.sql": "CREATE TABLE other ();",
      "0002_need.sql":
        "-- about the need\n--  lockkeeper: using orders.need = totl * 2\nALTER TABLE orders ADD COLUMN need int NOT NULL;",
    };
    await expect(applyAll(db, project, { policy: POLICY })).rejects.toMatchObject({
      code: "using_invalid",
      message: expect.stringContaining("totl is no column of orders"),
      at: { line: 2, column: 37 },
    });
  });
});

describe("SET NOT NULL with `using`", () => {
  test("fills the nulls of rows, and of those that are written until contract", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const folder = writeProject({
      "0001_note.sql":
        "-- lockkeeper: using note = 'no note of ' || id\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
    });
    await applyAll(db, folder, { policy: POLICY });
    expect(await db.query("SELECT count(*)::int AS n FROM orders WHERE note = 'no note of ' || id")).toEqual([
      { n: 100 },
    ]);
    await db.query("INSERT INTO orders (id) VALUES (1000); UPDATE orders SET note = NULL WHERE id = 1");
    expect(await db.query("SELECT note FROM orders WHERE id IN (1, 1000) ORDER BY id")).toEqual([
      { note: "no note of 1" },
      { note: "no note of 1000" },
    ]);
    await contract({ ...operationOn(db), policy: POLICY, migrations: readProject(folder) });
    await expect(db.query("INSERT INTO orders (id) VALUES (1001)")).rejects.toMatchObject({ code: "23502" });
  });
});

describe("a stored generated column", () => {
  test("is kept by a trigger at its value, whatever writes the row, later sweeps too", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const folder = writeProject({
      "0001_loud.sql":
        "ALTER TABLE orders ADD COLUMN loud text GENERATED ALWAYS AS (upper(coalesce(note, '?'))) STORED NOT NULL;",
      "0002_note.sql": "-- lockkeeper: using note = 'none'\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
      "0003_all.sql": "UPDATE orders SET note = note || id::text;",
    });
    await applyAll(db, folder, { policy: POLICY });
    expect(await db.query("SELECT FROM orders WHERE loud <> upper(note)")).toEqual([]);
    await db.query(
      "INSERT INTO orders VALUES (1000, 1, 'new'); UPDATE orders SET loud = 'mine', total = 0 WHERE id = 1",
    );
    await db.query("UPDATE orders SET note = 'changed' WHERE id = 2");
    expect(await db.query("SELECT id, loud FROM orders WHERE id IN (1, 2, 1000) ORDER BY id")).toEqual([
      { id: 1, loud: "N11" },
      { id: 2, loud: "CHANGED" },
      { id: 1000, loud: "NEW" },
    ]);
  });

  test("keeps what its function names from being renamed, and goes with its trigger and function", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const loud = "ALTER TABLE orders ADD COLUMN loud text GENERATED ALWAYS AS (upper(note)) STORED;";
    const folder = writeProject({ "0001_loud.sql": loud });
    await applyAll(db, folder, { policy: POLICY });
    for (const sql of ["ALTER TABLE orders RENAME note TO remark", "ALTER TABLE orders RENAME loud TO louder"]) {
      const renamed = writeProject({ "0001_loud.sql": loud, "0002_name.sql": sql });
      await expect(applyAll(db, renamed, { policy: { ...POLICY, renames: "direct" } })).rejects.toMatchObject({
        code: "plan_refused",
        message: expect.stringMatching(
          /public\.orders_loud_generated by which the trigger ~lockkeeper_synced_loud computes loud/,
        ),
      });
    }
    const dropped = writeProject({
      "0001_loud.sql": loud,
      "0002_drop.sql": "ALTER TABLE orders DROP COLUMN loud, ADD COLUMN more int;",
    });
    await applyAll(db, dropped, { policy: POLICY });
    await db.query("INSERT INTO orders (id, note) VALUES (1000, 'new')");
    expect(await db.query("SELECT FROM pg_proc WHERE proname = 'orders_loud_generated'")).toEqual([]);
    await down({ ...operationOn(db), policy: POLICY, migrations: readProject(dropped) });
    await db.query("UPDATE orders SET note = 'newer' WHERE id = 1000");
    expect(await db.query("SELECT loud FROM orders WHERE id = 1000")).toEqual([{ loud: "NEWER" }]);
  });

  test("goes with its table, function and all, and comes back with it", async () => {
    await using db = await testDatabase();
    await db.query(`${ORDERS} CREATE TABLE void (id int)`);
    const loud = "text GENERATED ALWAYS AS (upper(note)) STORED";
    const made = { "0001_loud.sql": `ALTER TABLE orders ADD COLUMN loud ${loud}` };
    const folder = writeProject({ ...made, "0002_drop.sql": "DROP TABLE void, orders" });
    const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
    const functions = (): Promise<readonly unknown[]> =>
      db.query(
        "SELECT pronamespace::regnamespace::text AS schema FROM pg_proc WHERE proname = 'orders_loud_generated'",
      );
    await applyAll(db, folder, { policy: POLICY });
    expect(await functions()).toEqual([{ schema: "lockkeeper_quarantine_orders" }]);
    await down(options);
    expect(await functions()).toEqual([{ schema: "public" }]);
    await db.query("UPDATE orders SET note = 'again' WHERE id = 1");
    expect(await db.query("SELECT loud FROM orders WHERE id = 1")).toEqual([{ loud: "AGAIN" }]);
    await applyAll(db, folder, { policy: POLICY });
    await contract(options);
    expect(await functions()).toEqual([]);
  });

  test("of an expression that PostgreSQL would not generate it by is refused by the server, and nothing is changed", async () => {
    await using db = await testDatabase();
    await db.query(ORDERS);
    const before = await columns(db);
    const sql =
      "ALTER TABLE orders ADD COLUMN a int DEFAULT 1, ADD COLUMN luck numeric GENERATED ALWAYS AS (total * random()) STORED";
    await expect(applyAll(db, { "0001_luck.sql": sql }, { policy: POLICY })).rejects.toMatchObject({
      code: "statement_failed",
      message: expect.stringContaining("generation expression is not immutable"),
    });
    expect(await columns(db)).toEqual(before);
  });
});
