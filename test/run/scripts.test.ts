import { expect, test } from "vitest";
import { type CliDocument, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

/** A migration whose only step is a script with this body; the body begins on line 4. */
const script = (body: string): string =>
  `export default {\n  steps: [{ script: "work" }],\n  scripts: { async work({ query }) {\n${body}\n  } },\n};\n`;

const TABLE = { "0001_items.sql": "CREATE TABLE items (id int);" };

async function itemsAfter(db: TestDatabase, body: string, failure: object): Promise<unknown[]> {
  await expect(applyAll(db, { ...TABLE, "0002_work.mjs": script(body) })).rejects.toMatchObject(failure);
  const [run] = await db.query("SELECT state FROM lockkeeper.run WHERE migration_id = '0002_work'");
  expect(run).toEqual({ state: "failed" });
  return (await db.query("SELECT id FROM items")).map(({ id }) => id);
}

test.each([
  "COMMIT",
  "commit and chain",
  "ROLLBACK",
  "ABORT",
  "END",
  "BEGIN",
  "START TRANSACTION",
  "PREPARE TRANSACTION 'x'",
  "COMMIT PREPARED 'x'",
  "SET TRANSACTION READ ONLY",
  "SET LOCAL TRANSACTION ISOLATION LEVEL SERIALIZABLE",
  "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
  "SELECT 1; /* now */ COMMIT; SELECT 2",
])("a script may not run %s", async (statement) => {
  await using db = await testDatabase();
  const body = `    await query("INSERT INTO items VALUES (1)");\n    await query(${JSON.stringify(statement)});`;
  const left = await itemsAfter(db, body, {
    code: "sql_transaction_control",
    message: expect.stringMatching(/0002_work\.mjs: the script work may not run /),
    at: { file: expect.stringContaining("0002_work.mjs") },
  });
  expect(left).toEqual([]);
});

test("savepoints, and settings that end with the step, are a script's to use", async () => {
  await using db = await testDatabase();
  const body = `
    await query("SET search_path TO pg_catalog, public");
    await query("SET lockkeeper_test.mark = 'a'; SET lockkeeper_test.other = 'b'");
    await query("SAVEPOINT here");
    await query("INSERT INTO items VALUES (1)");
    await query("ROLLBACK TO here");
    await query("RELEASE here");
    await query("INSERT INTO items SELECT 2 WHERE current_setting('lockkeeper_test.other') = 'b'");`;
  const after = `export default { steps: [{ script: "look" }], scripts: { async look({ query }) {
    await query("CREATE TABLE seen AS SELECT current_setting('search_path') AS path, current_setting('lockkeeper_test.mark', true) AS mark");
  } } };`;
  await applyAll(db, { ...TABLE, "0002_work.mjs": script(body), "0003_look.mjs": after });
  expect(await db.query("SELECT id FROM items")).toEqual([{ id: 2 }]);
  expect(await db.query("SELECT path, mark FROM seen")).toEqual([{ path: '"$user", public', mark: "" }]);
});

test("a COMMIT that no reading of the text can find is found by its effect, and the step is not recorded as done", async () => {
  await using db = await testDatabase();
  // With this setting a backslash hides the quote behind it, so the server sees a COMMIT where the standard has a string.
  const body = String.raw`
    await query("INSERT INTO items VALUES (1)");
    await query("SET standard_conforming_strings = off");
    await query("SELECT 'a\\', '; COMMIT; --'");`;
  const left = await itemsAfter(db, body, {
    code: "script_failed",
    message: expect.stringMatching(/0002_work\.mjs: the script work ended the transaction of its step/),
    notDone: "The step was not recorded as done.",
  });
  expect(left).toEqual([1]);
  expect(await db.query("SELECT count(*)::int AS done FROM lockkeeper.step WHERE state = 'done'")).toEqual([
    { done: 1 },
  ]);
});

test("a script that does not await its queries fails, and nothing of its step stays", async () => {
  await using db = await testDatabase();
  const left = await itemsAfter(
    db,
    `[1, 2].forEach(async (id) => { await query("INSERT INTO items VALUES ($1)", [id]); });`,
    {
      code: "script_failed",
      message: expect.stringMatching(/0002_work\.mjs: the script work returned before its queries were answered/),
    },
  );
  expect(left).toEqual([]);
});

test("a script that goes on behind a failed query is told which one failed", async () => {
  await using db = await testDatabase();
  const left = await itemsAfter(db, `    await query("SELECT nothing_of_this_name").catch(() => {});`, {
    code: "script_failed",
    message: 'work: column "nothing_of_this_name" does not exist',
    data: { sqlstate: "42703" },
  });
  expect(left).toEqual([]);
});

const ends = (
  db: TestDatabase,
  body: string,
  name = "0002_work.ts",
): Promise<CliDocument & { code: number | null }> => {
  const cwd = writeProject({
    "migrations/0001_items.sql": TABLE["0001_items.sql"],
    [`migrations/${name}`]: script(body),
  });
  return runCliJson(["up"], { cwd, env: { DATABASE_URL: db.url } });
};

test("what a script throws, and the query that fails in it, are shown at their line and column of the file", async () => {
  await using db = await testDatabase();
  const thrown = await ends(
    db,
    `    const rows: object[] = await query("SELECT 1");\n    throw new Error(\`no \${rows.length}\`);`,
  );
  expect(thrown).toMatchObject({
    code: 1,
    error: {
      code: "script_failed",
      message: "work: no 1",
      at: { file: "migrations/0002_work.ts", line: 5, column: 11 },
    },
  });
  const refused = await ends(db, `    await query("SELECT 1");\n    await query("SELECT 1 / 0");`);
  expect(refused).toMatchObject({
    code: 1,
    error: { code: "script_failed", message: "work: division by zero", at: { line: 5, column: 11 } },
  });
  const controlled = await ends(db, `    await query("COMMIT");`);
  expect(controlled).toMatchObject({ error: { code: "sql_transaction_control", at: { line: 4, column: 11 } } });
});

test("a query after the script's function has returned is the script's fault, and the command fails with its place", async () => {
  await using db = await testDatabase();
  const late = await ends(
    db,
    `    setTimeout(() => query("INSERT INTO items VALUES (1)"), 0);\n    setTimeout(async () => await query("SELECT 1"), 1);`,
  );
  expect(late).toMatchObject({
    code: 1,
    ok: false,
    error: {
      code: "script_failed",
      message: "migrations/0002_work.ts: the script work sent a query when its step was over, outside the transaction.",
      at: { file: "migrations/0002_work.ts", line: expect.any(Number) },
    },
  });
});

test("a script cannot end the process: it fails where it tries to, and the lease is given back", async () => {
  await using db = await testDatabase();
  const body = `    await query("INSERT INTO items VALUES (1)");\n    process.exit(0);`;
  expect(await ends(db, body)).toMatchObject({
    code: 1,
    ok: false,
    error: {
      code: "script_failed",
      message: expect.stringContaining("process.exit(0) was called"),
      at: { file: "migrations/0002_work.ts", line: expect.any(Number), column: expect.any(Number) },
    },
  });
  expect(await db.query("SELECT id FROM items")).toEqual([]);
  expect(await db.query("SELECT state FROM lockkeeper.run WHERE migration_id = '0002_work'")).toEqual([
    { state: "failed" },
  ]);
  expect(await db.query("SELECT holder FROM lockkeeper.lease")).toEqual([{ holder: null }]);
});
