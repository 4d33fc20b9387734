import { randomBytes } from "node:crypto";
import { expect, inject, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";

test("tables, indexes and materialized views show a tablespace that is not the database's", async () => {
  const space = `space_${randomBytes(4).toString("hex")}`;
  await onServer(inject("serverUrl"), async (client) => {
    await client.query("SET allow_in_place_tablespaces = on");
    await client.query(`CREATE TABLESPACE ${space} LOCATION ''`);
  });
  try {
    await using db = await testDatabase();
    await db.query(`
      CREATE TABLE here (a int); CREATE TABLE there (a int) TABLESPACE ${space};
      CREATE INDEX i ON here (a) TABLESPACE ${space};
      CREATE MATERIALIZED VIEW m TABLESPACE ${space} AS SELECT 1 AS a`);
    await using session = await connect(db.url);
    const { tables, materializedViews } = await readCatalog(session.query);
    expect(tables.map(({ name, tablespace }) => [name, tablespace])).toEqual([
      ["here", undefined],
      ["there", space],
    ]);
    expect(tables[0]?.indexes[0]?.tablespace).toBe(space);
    expect(materializedViews[0]?.tablespace).toBe(space);
  } finally {
    await onServer(inject("serverUrl"), (client) => client.query(`DROP TABLESPACE ${space}`));
  }
});
