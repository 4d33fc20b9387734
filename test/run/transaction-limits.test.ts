import { expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { applyAll } from "../support/operations.ts";

const INDEX = "CREATE INDEX CONCURRENTLY items_id ON items (id);";

test.each([
  [`BEGIN;\nCREATE TABLE items (id int);\n${INDEX}\nCOMMIT;`, 3, /^Move it in front of the BEGIN or behind the COMMIT/],
  ["BEGIN;\nSELECT 1;", 1, /^Write the COMMIT, or take the BEGIN out/],
  ["SELECT 1;\nCOMMIT;", 2, /^Take it out, Lockkeeper commits each step/],
  ["BEGIN;\nBEGIN;\nCOMMIT;", 2, /^Write the COMMIT of the first BEGIN/],
  ["SELECT 1;\nROLLBACK;", 2, /^Take it out\. A migration that is not to be applied/],
  ["BEGIN ISOLATION LEVEL SERIALIZABLE;\nCOMMIT;", 1, /^Take the isolation level out/],
  ["SET LOCAL TRANSACTION READ ONLY;", 1, /^Take the isolation level out/],
])("%j is refused with its place and with what to do instead", async (sql, line, action) => {
  await using db = await testDatabase();
  await expect(applyAll(db, { "0001_x.sql": sql })).rejects.toMatchObject({
    code: "sql_transaction_control",
    at: { line, column: 1, excerpt: sql.split("\n")[line - 1] },
    action: expect.stringMatching(action),
    notDone: "Nothing was run.",
  });
  expect(await db.query("SELECT to_regnamespace('lockkeeper') AS state")).toEqual([{ state: null }]);
});

const BLOCK = `DO $$ BEGIN
  FOR n IN 1..3 LOOP INSERT INTO items VALUES (n); COMMIT; END LOOP;
END $$;`;

test("a DO block that commits is refused by the server with advice, and runs where each statement is a step", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE items (id int)");
  await expect(applyAll(db, { "0001_fill.sql": `SELECT 1;\n${BLOCK}` })).rejects.toMatchObject({
    code: "statement_failed",
    at: { line: 2, column: 1, excerpt: "DO $$ BEGIN" },
    data: { sqlstate: "2D000" },
    action: expect.stringContaining("`-- lockkeeper: transaction each`"),
  });
  expect(await db.query("SELECT id FROM items")).toEqual([]);
  await applyAll(db, { "0001_fill.sql": `-- lockkeeper: transaction each\nSELECT 1;\n${BLOCK}` });
  expect(await db.query("SELECT id FROM items ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test("a DO block that does not commit stays in one transaction with its journal row", async () => {
  await using db = await testDatabase();
  const sql = `-- lockkeeper: transaction each
DO $$ BEGIN CREATE TEMP TABLE scratch (id int) ON COMMIT DROP; CREATE TABLE items (id int); END $$;`;
  await applyAll(db, { "0001_fill.sql": sql });
  expect(await db.query("SELECT kind FROM lockkeeper.step")).toEqual([{ kind: "ddl" }]);
});
