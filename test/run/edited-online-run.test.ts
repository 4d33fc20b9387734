import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { down } from "../../src/run/down.ts";
import { resume } from "../../src/run/resume.ts";
import type { UpResult } from "../../src/run/up.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

const ORDERS = `CREATE TABLE orders (id int PRIMARY KEY, total numeric, note text);
INSERT INTO orders SELECT g, g, 'n' FROM generate_series(1, 100) g; UPDATE orders SET total = NULL WHERE id = 7;
CREATE TABLE log (piece text); ANALYZE`;
const POLICY = { ...TEST_POLICY, briefMs: 0 };
const CHECK = "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0 AND total IS NOT NULL);";

const apply = (db: TestDatabase, folder: string): Promise<UpResult> => applyAll(db, folder, { policy: POLICY });
const operation = (db: TestDatabase, folder: string) => ({
  ...operationOn(db),
  policy: POLICY,
  migrations: readProject(folder),
});

/** A migration whose proof of a constraint fails because of one row. */
async function stopped(db: TestDatabase, behind = "INSERT INTO log VALUES ('old');"): Promise<string> {
  await db.query(ORDERS);
  const folder = writeProject({ "0001_a.sql": `INSERT INTO log VALUES ('first');\n${CHECK}\n${behind}\n` });
  await expect(apply(db, folder)).rejects.toMatchObject({ code: "statement_failed", at: { line: 2 } });
  return folder;
}

const edit = (folder: string, text: string, name = "0001_a.sql"): void => writeFileSync(join(folder, name), text);
const state = (db: TestDatabase) =>
  db.query(`SELECT (SELECT convalidated FROM pg_constraint WHERE conname = 'positive') AS valid,
    (SELECT array_agg(piece ORDER BY piece) FROM log) AS log`);

test("a row is mended by hand, a later statement edited: the proof is taken up, and what is new runs behind it", async () => {
  await using db = await testDatabase();
  const folder = await stopped(db);
  await db.query("UPDATE orders SET total = 7 WHERE id = 7");
  edit(
    folder,
    `INSERT INTO log VALUES ('first');\n${CHECK}\nINSERT INTO log VALUES ('new');\nCREATE INDEX orders_note ON orders (note);`,
  );
  expect((await apply(db, folder)).applied).toEqual(["0001_a"]);
  expect(await state(db)).toEqual([{ valid: true, log: ["first", "new"] }]);
  const [run] = await db.query("SELECT array_agg(title ORDER BY ordinal) AS titles FROM lockkeeper.step");
  expect(run?.["titles"]).toEqual([
    "2 statements",
    "ALTER TABLE orders VALIDATE CONSTRAINT positive",
    "INSERT INTO log VALUES ('new')",
    "CREATE INDEX CONCURRENTLY orders_note ON orders (note)",
  ]);
});

test("a statement that is put behind the one that stopped does not help it; one before it is run_changed, which says what does", async () => {
  await using db = await testDatabase();
  const folder = await stopped(db);
  const mend = "UPDATE orders SET total = 7 WHERE id = 7;";
  edit(folder, `INSERT INTO log VALUES ('first');\n${CHECK}\n${mend}`);
  await expect(apply(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  edit(folder, `INSERT INTO log VALUES ('first');\n${mend}\n${CHECK}`);
  for (const attempt of [() => apply(db, folder), () => resume(operation(db, folder))]) {
    await expect(attempt()).rejects.toMatchObject({
      code: "run_changed",
      at: { line: 2 },
      message: expect.stringMatching(/ADD CONSTRAINT positive .* is already applied by run 1, in part/),
      action: expect.stringContaining("`lockkeeper down`"),
    });
  }
  expect(await state(db)).toEqual([{ valid: false, log: ["first"] }]);
});

test("what run_changed advises works: the part is taken back, and the file runs as it is now", async () => {
  await using db = await testDatabase();
  await db.query(ORDERS);
  const folder = writeProject({ "0001_a.sql": CHECK });
  await expect(apply(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  edit(folder, `UPDATE orders SET total = 7 WHERE id = 7;\n${CHECK}`);
  await expect(apply(db, folder)).rejects.toMatchObject({ code: "run_changed" });
  expect(await down(operation(db, folder))).toEqual({ undone: ["0001_a"] });
  expect(await db.query("SELECT FROM pg_constraint WHERE conname = 'positive'")).toEqual([]);
  expect((await apply(db, folder)).applied).toEqual(["0001_a"]);
  expect(await state(db)).toEqual([{ valid: true, log: null }]);
});

test.each([
  ["edited", (text: string) => text.replace("total > 0", "total > 1")],
  ["removed", (text: string) => text.replace(CHECK, "")],
  ["given another role", (text: string) => `SET search_path = pg_temp, public;\n${text}`],
])("a statement that is half done and then %s is run_changed, and nothing runs", async (_how, change) => {
  await using db = await testDatabase();
  const folder = await stopped(db);
  await db.query("UPDATE orders SET total = 7 WHERE id = 7");
  edit(folder, change(`INSERT INTO log VALUES ('first');\n${CHECK}\n`));
  await expect(apply(db, folder)).rejects.toMatchObject({ code: "run_changed" });
  expect(await state(db)).toEqual([{ valid: false, log: ["first"] }]);
});

test("a later statement is removed, and the run ends with the rest of the one that stopped", async () => {
  await using db = await testDatabase();
  const folder = await stopped(db);
  await db.query("UPDATE orders SET total = 7 WHERE id = 7");
  edit(folder, `INSERT INTO log VALUES ('first');\n${CHECK}\n`);
  expect(await resume(operation(db, folder))).toMatchObject({ finished: ["0001_a"] });
  expect(await state(db)).toEqual([{ valid: true, log: ["first"] }]);
  expect((await apply(db, folder)).applied).toEqual([]);
});

test("what follows is planned on the catalog as it is now, with the settings of its file", async () => {
  await using db = await testDatabase();
  await db.query(`${ORDERS}; CREATE SCHEMA shop; ALTER TABLE orders SET SCHEMA shop`);
  const head = `SET search_path = shop, public;\n${CHECK}\n`;
  const folder = writeProject({ "0001_a.sql": `${head}SELECT 1;` });
  await expect(apply(db, folder)).rejects.toMatchObject({ code: "statement_failed", at: { line: 2 } });
  await db.query("UPDATE shop.orders SET total = 7 WHERE id = 7");
  edit(folder, `${head}ALTER TABLE orders ALTER total SET NOT NULL;\nCREATE INDEX orders_note ON orders (note);`);
  expect((await apply(db, folder)).applied).toEqual(["0001_a"]);
  const sql = await db.query<{ title: string }>("SELECT title FROM lockkeeper.step ORDER BY ordinal");
  expect(sql.map(({ title }) => title)).toContain("CREATE INDEX CONCURRENTLY orders_note ON orders (note)");
  expect(await db.query("SELECT 'shop.orders_note'::regclass::text AS i")).toEqual([{ i: "shop.orders_note" }]);
});

test("a statement whose first piece shares a step with the next statement is finished alone; the next one may be edited", async () => {
  await using db = await testDatabase();
  const folder = await stopped(db, "ALTER TABLE orders ALTER note SET DEFAULT 'old';");
  await db.query("UPDATE orders SET total = 7 WHERE id = 7");
  edit(folder, `INSERT INTO log VALUES ('first');\n${CHECK}\nALTER TABLE orders ALTER note SET DEFAULT 'new';`);
  expect((await apply(db, folder)).applied).toEqual(["0001_a"]);
  expect(
    await db.query(
      "SELECT column_default AS d FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'note'",
    ),
  ).toEqual([{ d: "'new'::text" }]);
});

test("a TypeScript migration whose SQL stopped half way is held to the same rule", async () => {
  await using db = await testDatabase();
  await db.query(ORDERS);
  const file = (...steps: string[]): string =>
    `export default { steps: [${steps.join(", ")}], scripts: { async fill({ query }) { await query("INSERT INTO log VALUES ('script')"); } } };`;
  const sql = (text: string): string => `{ sql: ${JSON.stringify(text)} }`;
  const first = sql("INSERT INTO log VALUES ('first')");
  const folder = writeProject({ "0001_a.ts": file(first, sql(CHECK), '{ script: "fill" }') });
  await expect(apply(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  await db.query("UPDATE orders SET total = 7 WHERE id = 7");
  edit(folder, file(sql("INSERT INTO log VALUES ('other')"), sql(CHECK)), "0001_a.ts");
  await expect(apply(db, folder)).rejects.toMatchObject({ code: "run_changed", data: { step: 1 } });
  edit(folder, file(first, sql(CHECK), sql("INSERT INTO log VALUES ('sql')"), '{ script: "fill" }'), "0001_a.ts");
  expect((await apply(db, folder)).applied).toEqual(["0001_a"]);
  expect(await state(db)).toEqual([{ valid: true, log: ["first", "script", "sql"] }]);
});

test("an online way back that stopped half way goes on, edited behind the statement that stopped", async () => {
  await using db = await testDatabase();
  await db.query(ORDERS);
  const folder = writeProject({
    "0001_a.sql": "ALTER TABLE orders ADD COLUMN at date;",
    "0001_a.down.sql": `INSERT INTO log VALUES ('back');\n${CHECK}\nDROP TABLE nowhere;`,
  });
  await apply(db, folder);
  await expect(down(operation(db, folder))).rejects.toMatchObject({ code: "statement_failed", at: { line: 2 } });
  await db.query("UPDATE orders SET total = 7 WHERE id = 7");
  edit(folder, `INSERT INTO log VALUES ('back');\n${CHECK}\nALTER TABLE orders DROP COLUMN at;`, "0001_a.down.sql");
  expect(await down(operation(db, folder))).toEqual({ undone: ["0001_a"] });
  expect(await state(db)).toEqual([{ valid: true, log: ["back"] }]);
});
