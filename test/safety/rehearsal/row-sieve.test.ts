import { expect, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read-catalog.ts";
import { connect } from "../../../src/postgres/session.ts";
import { type DataDifference, differencesFrom, pictureOfData } from "../../../src/safety/rehearsal/data-picture.ts";
import { testDatabase } from "../../support/database.ts";

test("rows that are otherwise or new are named by their keys; rows that went, and crowds, are only counted", async () => {
  await using db = await testDatabase();
  await db.query(`
    CREATE TABLE items ("Kind" text, number int, value text, PRIMARY KEY ("Kind", number));
    INSERT INTO items SELECT CASE WHEN n % 2 = 0 THEN 'a' ELSE 'b, ' END, n, 'v' || n FROM generate_series(1, 3000) n;
    CREATE TABLE heap (value text);
    INSERT INTO heap VALUES ('x')`);
  await using session = await connect(db.url);
  const catalog = await readCatalog(session.query);
  const start = await pictureOfData(session, catalog);
  /** What a change leaves behind; it is taken back. */
  const after = async (sql: string): Promise<readonly DataDifference[]> => {
    await session.query("BEGIN");
    await session.query(sql);
    const differences = await differencesFrom(start, session, catalog);
    await session.query("ROLLBACK");
    return differences;
  };
  expect(await after("SELECT")).toEqual([]);
  expect(
    await after(`UPDATE items SET value = 'w' WHERE number IN (7, 2222); INSERT INTO items VALUES ('c', 1, 'new')`),
  ).toEqual([
    {
      table: "public.items",
      rowsBefore: 3000,
      rowsAfter: 3001,
      columns: ["Kind", "number", "value"],
      rows: [
        { Kind: "a", number: 2222, value: "w" },
        { Kind: "b, ", number: 7, value: "w" },
        { Kind: "c", number: 1, value: "new" },
      ],
    },
  ]);
  expect(await after("DELETE FROM items WHERE number = 9")).toMatchObject([{ rowsAfter: 2999, rows: [] }]);
  expect(await after("UPDATE items SET value = 'w' WHERE number <= 400")).toMatchObject([
    { columns: ["value"], rows: [] },
  ]);
  expect(await after("UPDATE heap SET value = 'y'")).toMatchObject([{ table: "public.heap", rows: [] }]);
});
