import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { dataRemovals } from "../../src/plan/data-removals.ts";
import { contract, plannedContracts } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import type { RunPolicy } from "../../src/run/policy.ts";
import { status } from "../../src/run/status.ts";
import { up } from "../../src/run/up.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { operationOn } from "../support/operations.ts";
import { addFiles, type ProjectFiles, writeProject } from "../support/project.ts";
import { until } from "../support/until.ts";
import { application } from "./describe-contracts.ts";

const SHOP = `CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL);
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer ON DELETE CASCADE, note text NOT NULL);
  INSERT INTO customer VALUES (1, 'a'), (2, 'b');
  INSERT INTO orders VALUES (10, 1, 'x'), (20, 2, 'y');`;

/** A shop in use, and the migrations of a folder for it. */
async function shop(files: ProjectFiles, policy: Partial<RunPolicy> = {}) {
  const db = await testDatabase();
  await db.query(SHOP);
  const folder = writeProject(files);
  const base = operationOn(db);
  const options = () => ({ ...base, policy: { ...base.policy, ...policy }, migrations: readProject(folder) });
  return { db, folder, options, [Symbol.asyncDispose]: () => db.drop() };
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as { readonly code: string; readonly message: string; readonly action: string },
  );

const count = async (db: TestDatabase, table: string): Promise<number> =>
  (await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n ?? -1;

describe("a table in quarantine", () => {
  test("is out of sight, and neither keeps rows of others nor loses its own with them", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders" });
    await up(it.options());
    expect(await it.db.query("SELECT to_regclass('orders') AS found")).toEqual([{ found: null }]);
    await it.db.query("DELETE FROM customer WHERE id = 2");
    expect(await count(it.db, "lockkeeper_quarantine_orders.orders")).toBe(2);
  });

  test("takes another schema where the name is taken", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders" });
    await it.db.query("CREATE SCHEMA lockkeeper_quarantine_orders");
    await up(it.options());
    expect(await count(it.db, "lockkeeper_quarantine_orders1.orders")).toBe(2);
    await contract(it.options());
    expect(await it.db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper_%'")).toEqual([
      { nspname: "lockkeeper_quarantine_orders" },
    ]);
  });

  test("is not made where PostgreSQL would not drop it, and nothing is changed", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders" });
    await it.db.query("CREATE VIEW seen AS SELECT note FROM orders");
    const before = await application(it.db);
    const error = await failure(up(it.options()));
    expect(error).toMatchObject({ code: "statement_failed", data: { sqlstate: "2BP01" } });
    expect(await application(it.db)).toEqual(before);
  });

  test("is refused where it would take along what cannot be put aside", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders CASCADE" });
    await it.db.query("CREATE VIEW seen AS SELECT note FROM orders");
    expect(await failure(up(it.options()))).toMatchObject({
      code: "plan_refused",
      message: expect.stringContaining("view:public.seen"),
      action: expect.stringContaining("mode direct"),
    });
  });

  test("is refused for an heir, whose rows are also its parent's", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE heir" });
    await it.db.query("CREATE TABLE heir () INHERITS (customer); INSERT INTO heir VALUES (3, 'c')");
    expect(await failure(up(it.options()))).toMatchObject({
      code: "plan_refused",
      action: expect.stringContaining("NO INHERIT"),
    });
  });

  test("is refused for a role that may not create schemas", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders" }, { role: "pg_monitor" });
    expect(await failure(up(it.options()))).toMatchObject({
      code: "plan_refused",
      action: expect.stringContaining("CREATE on the database"),
    });
  });

  test.each([
    ["`mode direct`", "-- lockkeeper: mode direct\nDROP TABLE orders", {}],
    ["the policy", "DROP TABLE orders", { drops: "direct" }],
    ["the directive `contract`", "-- lockkeeper: contract 0001_drop\nDROP TABLE orders", {}],
  ] as const)("is not made under %s", async (_, sql, policy) => {
    await using it = await shop({ "0001_drop.sql": sql }, policy);
    await up(it.options());
    expect(await it.db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper_%'")).toEqual([]);
    expect((await status(it.options())).migrations).toMatchObject([{ state: "applied", contract: null }]);
  });

  test("leaves the name to a later migration, and contract removes the old table only", async () => {
    await using it = await shop({
      "0001_drop.sql": "DROP TABLE orders",
      "0002_again.sql": "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1)",
    });
    await up(it.options());
    await contract(it.options());
    expect(await count(it.db, "orders")).toBe(1);
  });
});

describe("a hidden column", () => {
  test("lets rows be written by those who do not know it, and comes back with its values", async () => {
    await using it = await shop({ "0001_drop.sql": "ALTER TABLE orders DROP COLUMN customer_id" });
    await up(it.options());
    await it.db.query("INSERT INTO orders (id, note) VALUES (30, 'z'); DELETE FROM customer WHERE id = 3");
    await down(it.options());
    expect(await it.db.query("SELECT id, customer_id FROM orders ORDER BY id")).toEqual([
      { id: 10, customer_id: 1 },
      { id: 20, customer_id: 2 },
      { id: 30, customer_id: null },
    ]);
  });

  test("that must not be null stands in the way back of rows that lack it, until they have it", async () => {
    await using it = await shop({ "0001_drop.sql": "ALTER TABLE orders DROP COLUMN note" });
    await up(it.options());
    await it.db.query("INSERT INTO orders (id) VALUES (30)");
    expect(await failure(down(it.options()))).toMatchObject({ code: "statement_failed" });
    const [hidden] = await it.db.query<{ name: string }>(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname LIKE '%note'",
    );
    await it.db.query(`UPDATE orders SET ${hidden?.name} = 'z' WHERE id = 30`);
    await down(it.options());
    expect(await it.db.query("SELECT note FROM orders WHERE id = 30")).toEqual([{ note: "z" }]);
  });

  test("is found by contract in a table that was renamed since", async () => {
    await using it = await shop({
      "0001_drop.sql": "ALTER TABLE orders DROP COLUMN note",
      "0002_rename.sql": "ALTER TABLE orders RENAME TO purchase",
    });
    await up(it.options());
    expect(await contract({ ...it.options(), ids: ["0001_drop"] })).toEqual({
      contracted: ["0001_drop"],
      waiting: ["0002_rename"],
    });
    const columns = await it.db.query(
      "SELECT attname FROM pg_attribute WHERE attrelid = 'purchase'::regclass AND attnum > 0 AND NOT attisdropped",
    );
    expect(columns).toEqual([{ attname: "id" }, { attname: "customer_id" }]);
  });

  test("of a table that went with a later migration needs no contract of its own", async () => {
    await using it = await shop({
      "0001_drop.sql": "ALTER TABLE orders DROP COLUMN note",
      "0002_drop.sql": "DROP TABLE orders",
    });
    await up(it.options());
    await contract({ ...it.options(), ids: ["0002_drop"] });
    expect(await contract(it.options())).toEqual({ contracted: ["0001_drop"], waiting: [] });
  });
});

describe("a renamed table", () => {
  test("can be read and written under both names until contract", async () => {
    await using it = await shop({ "0001_rename.sql": "ALTER TABLE orders RENAME TO purchase" });
    await up(it.options());
    await it.db.query("INSERT INTO orders VALUES (30, 1, 'old'); INSERT INTO purchase VALUES (40, 1, 'new')");
    await it.db.query("UPDATE orders SET note = 'both' WHERE id >= 30; DELETE FROM orders WHERE id = 10");
    expect(await it.db.query("SELECT id, note FROM purchase ORDER BY id")).toEqual([
      { id: 20, note: "y" },
      { id: 30, note: "both" },
      { id: 40, note: "both" },
    ]);
    await contract(it.options());
    expect(await it.db.query("SELECT to_regclass('orders') AS found")).toEqual([{ found: null }]);
  });

  test("loses no row of a client that writes under the old name while contract runs", async () => {
    await using it = await shop({ "0001_rename.sql": "ALTER TABLE orders RENAME TO purchase" });
    await up(it.options());
    const client = await it.db.connect();
    let written = 0;
    const writing = (async () => {
      for (;;) {
        await client.query("INSERT INTO orders VALUES ($1, 1, 'w')", [1_000 + written]);
        written++;
      }
    })();
    const ended = failure(writing);
    await until("the client has written", async () => written > 3);
    await contract(it.options());
    expect(await ended).toMatchObject({ code: "42P01" });
    expect(await count(it.db, "purchase")).toBe(2 + written);
  });

  test("keeps the name that somebody gave to another view since", async () => {
    await using it = await shop({ "0001_rename.sql": "ALTER TABLE orders RENAME TO purchase" });
    await up(it.options());
    await it.db.query("DROP VIEW orders; CREATE VIEW orders AS SELECT 1 AS mine");
    await contract(it.options());
    expect(await it.db.query("SELECT mine FROM orders")).toEqual([{ mine: 1 }]);
  });

  test("has no bridge under the policy `direct`, nor has an empty one", async () => {
    await using it = await shop({ "0001_rename.sql": "ALTER TABLE empty RENAME TO nothing" });
    await it.db.query("CREATE TABLE empty (id int)");
    await up(it.options());
    addFiles(it.folder, { "0002_rename.sql": "ALTER TABLE orders RENAME TO purchase" });
    await up({ ...it.options(), policy: { ...it.options().policy, renames: "direct" } });
    expect(await it.db.query("SELECT to_regclass('orders') AS one, to_regclass('empty') AS other")).toEqual([
      { one: null, other: null },
    ]);
  });

  test("nor has a renamed column", async () => {
    await using it = await shop({ "0001_rename.sql": "ALTER TABLE orders RENAME note TO remark" });
    await up({ ...it.options(), policy: { ...it.options().policy, renames: "direct" } });
    expect(await it.db.query("SELECT remark FROM orders WHERE id = 10")).toEqual([{ remark: "x" }]);
    expect(
      await it.db.query("SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'note'"),
    ).toEqual([]);
  });
});

describe("contract", () => {
  test("is what removes data, and not going up", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders; ALTER TABLE customer DROP COLUMN email" });
    const removed: string[] = [];
    await up({
      ...it.options(),
      confirm: async (prepared) => {
        removed.push(...dataRemovals(...prepared.map(({ plan }) => plan)).map(({ removes }) => removes));
      },
    });
    expect(removed).toEqual([]);
    await contract({
      ...it.options(),
      confirm: async (plans) => {
        removed.push(...dataRemovals(...plans).map(({ removes }) => removes));
      },
    });
    expect(removed).toEqual([
      "table lockkeeper_quarantine_orders.orders",
      "schema lockkeeper_quarantine_orders",
      "column lockkeeper_dropped_email of public.customer",
    ]);
  });

  test("waits in status, with what it would run", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders" });
    await up(it.options());
    expect((await status(it.options())).migrations).toMatchObject([{ state: "applied", contract: "waiting" }]);
    const [plan] = await plannedContracts(it.db.url);
    expect(plan?.steps).toMatchObject([
      {
        phase: "contract",
        statements: [
          { sql: "DROP TABLE IF EXISTS lockkeeper_quarantine_orders.orders" },
          { sql: "DROP SCHEMA lockkeeper_quarantine_orders" },
        ],
      },
    ]);
    await contract(it.options());
    expect((await status(it.options())).migrations).toMatchObject([{ state: "applied", contract: "done" }]);
    expect(await plannedContracts(it.db.url)).toEqual([]);
  });

  test("refuses what is not in force, as after down", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders" });
    await up(it.options());
    await down(it.options());
    expect(await failure(contract({ ...it.options(), ids: ["0001_drop"] }))).toMatchObject({
      code: "migration_unknown",
    });
    expect(await contract(it.options())).toEqual({ contracted: [], waiting: [] });
  });

  test("knows what a file left standing that was mended half way", async () => {
    const head = "-- lockkeeper: transaction each\nDROP TABLE orders;\n";
    await using it = await shop({ "0001_drop.sql": `${head}SELECT 1 / 0;` });
    expect(await failure(up(it.options()))).toMatchObject({ code: "statement_failed" });
    addFiles(it.folder, { "0001_drop.sql": `${head}ALTER TABLE customer DROP COLUMN email;` });
    await up(it.options());
    expect((await plannedContracts(it.db.url)).flatMap(({ steps }) => steps)).toMatchObject([
      { statements: [{ leftover: { kind: "schema" } }, { leftover: { kind: "schema" } }] },
      { statements: [{ leftover: { kind: "column" } }] },
    ]);
    await contract(it.options());
    expect(await it.db.query("SELECT * FROM customer ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test("stands behind work that takes long, in the order of the phases", async () => {
    await using it = await shop(
      { "0001_both.sql": "ALTER TABLE orders ADD CHECK (id > 0), DROP COLUMN note, ADD COLUMN note int;" },
      { briefMs: 0 },
    );
    await up(it.options());
    await contract(it.options());
    expect(await it.db.query("SELECT * FROM orders ORDER BY id LIMIT 1")).toEqual([
      { id: 10, customer_id: 1, note: null },
    ]);
  });

  test("by two at once is done once", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders" });
    await up(it.options());
    const waiting = { ...it.options().policy, leaseWaitMs: 20_000 };
    const both = await Promise.all([1, 2].map(() => contract({ ...it.options(), policy: waiting })));
    expect(both.flatMap(({ contracted }) => contracted)).toEqual(["0001_drop"]);
  });

  test("that does not get its lock changes nothing, and does its work later", async () => {
    await using it = await shop({ "0001_drop.sql": "ALTER TABLE orders DROP COLUMN note" });
    await up(it.options());
    const reader = await it.db.connect();
    await reader.query("BEGIN; SELECT 1 FROM orders");
    const before = await application(it.db);
    expect(await failure(contract(it.options()))).toMatchObject({ code: "lock_timeout" });
    expect(await application(it.db)).toEqual(before);
    await reader.query("COMMIT");
    expect(await contract(it.options())).toEqual({ contracted: ["0001_drop"], waiting: [] });
  });

  test("ends the service for releases that are older, and taking back begins it again", async () => {
    await using it = await shop({ "0001_rename.sql": "ALTER TABLE orders RENAME TO purchase" });
    await up(it.options());
    await contract(it.options());
    const older = readProject(writeProject({ "0000_old.sql": "SELECT 1" }));
    expect(await failure(up({ ...it.options(), migrations: older }))).toMatchObject({ code: "schema_below_floor" });
    const before = await it.db.query("SELECT * FROM purchase ORDER BY id");
    await down(it.options());
    expect(await it.db.query("SELECT * FROM orders ORDER BY id")).toEqual(before);
    expect((await status(it.options())).floor).toBeNull();
  });

  test("says what is gone when somebody wants it back", async () => {
    await using it = await shop({ "0001_drop.sql": "DROP TABLE orders" });
    await up(it.options());
    await contract(it.options());
    expect(await failure(down(it.options()))).toMatchObject({
      code: "undo_unavailable",
      message: expect.stringContaining("loses its rows"),
    });
  });
});

describe("an author's way back", () => {
  const files = {
    "0001_drop.sql": "DROP TABLE orders",
    "0001_drop.down.sql": "CREATE TABLE orders (made_by_hand int)",
  };

  test("gives way to the rows, while they are still there", async () => {
    await using it = await shop(files);
    const before = await application(it.db);
    await up(it.options());
    await down(it.options());
    expect(await application(it.db)).toEqual(before);
  });

  test("is taken once they are gone", async () => {
    await using it = await shop(files);
    await up(it.options());
    await contract(it.options());
    await down(it.options());
    expect(await it.db.query("SELECT made_by_hand FROM orders")).toEqual([]);
  });

  test("is taken behind contract, where other statements have no other way back", async () => {
    await using it = await shop({ ...files, "0001_drop.sql": "DROP TABLE orders; UPDATE customer SET email = 'c'" });
    await up({ ...it.options(), policy: { ...it.options().policy, briefMs: 60_000 } });
    await down(it.options());
    expect(await it.db.query("SELECT made_by_hand FROM orders")).toEqual([]);
    expect(await it.db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper_%'")).toEqual([]);
  });
});
