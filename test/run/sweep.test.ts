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
      { ordinal: 2, state: "done", rows: "20000" },
      { ordinal: 3, state: "done", rows: "5000" },
    ]);
    const began = events.filter((event) => event.type === "sweep.began");
    expect(began).toMatchObject([
      { table: "public.orders", step: 2, rows: 20_000, resumed: false },
      { table: "public.orders", step: 3 },
      { table: "public.orders", step: 4 },
    ]);
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
});
