import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { extractKeys } from "../../src/migrations/reshape.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

const FILE = "0001_it.ts";

const moduleOf = (type: string, behind: string): string => {
  const step = extractKeys({ table: "t", document: "doc", into: { n: { type } } });
  return `export default { steps: [${JSON.stringify(step)}, { sql: ${JSON.stringify(behind)} }] };`;
};

/** The step is done, and what stands behind it fails. */
async function stopped(db: TestDatabase): Promise<string> {
  await db.query(`CREATE TABLE t (id int PRIMARY KEY, doc jsonb);
    INSERT INTO t SELECT g, jsonb_build_object('n', g) FROM generate_series(1, 100) AS g;`);
  const folder = writeProject({ [FILE]: moduleOf("int", "SELECT 1 / 0") });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  return folder;
}

test("a file whose reshaping step is applied goes on with what was edited behind it", async () => {
  await using db = await testDatabase();
  const folder = await stopped(db);
  await db.query("INSERT INTO t (id, n) VALUES (200, 7)");
  writeFileSync(join(folder, FILE), moduleOf("int", "CREATE TABLE behind ()"));
  expect((await applyAll(db, folder)).applied).toEqual(["0001_it"]);
  expect(await db.query("SELECT doc, to_regclass('behind') IS NOT NULL AS behind FROM t WHERE id = 200")).toEqual([
    { doc: { n: 7 }, behind: true },
  ]);
  expect(await db.query("SELECT FROM t WHERE n IS DISTINCT FROM (doc ->> 'n')::int")).toEqual([]);
});

test("a reshaping step that was edited when it was applied is told, and nothing is run", async () => {
  await using db = await testDatabase();
  const folder = await stopped(db);
  writeFileSync(join(folder, FILE), moduleOf("bigint", "CREATE TABLE behind ()"));
  await expect(applyAll(db, folder)).rejects.toMatchObject({
    code: "run_changed",
    message: expect.stringContaining("reshape t: n int ="),
  });
  expect(await db.query("SELECT to_regclass('behind') AS behind")).toEqual([{ behind: null }]);
});
