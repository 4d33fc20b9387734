import { expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";

test("a failed concurrent build shows as an index that is not valid", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)");
  await expect(db.query("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)")).rejects.toThrow(
    /could not create unique index/,
  );
  await using session = await connect(db.url);
  const { tables } = await readCatalog(session.query);
  expect(tables[0]?.indexes).toMatchObject([{ name: "i", unique: true, valid: false }]);
});

test("an interrupted concurrent detach shows as a partition whose detach is pending", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p FOR VALUES IN (1)");
  const reader = await db.connect();
  await reader.query("BEGIN; SELECT FROM p");
  const detaching = await db.connect();
  await detaching.query("SET statement_timeout = 500");
  await expect(detaching.query("ALTER TABLE p DETACH PARTITION t CONCURRENTLY")).rejects.toThrow(/statement timeout/);
  await reader.query("COMMIT");
  await using session = await connect(db.url);
  const { tables } = await readCatalog(session.query);
  expect(tables.find(({ name }) => name === "t")?.partitionOf).toEqual({
    parent: { schema: "public", name: "p" },
    bound: "FOR VALUES IN (1)",
    detachPending: true,
  });
});
