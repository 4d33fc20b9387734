import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../src/errors/catalogue.ts";
import { requireSupported } from "../../src/run/read-state.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

const SEED = "CREATE TABLE t (x int); INSERT INTO t VALUES (1), (1); CREATE TABLE log (piece text)";
const FIRST_STEPS = `INSERT INTO log VALUES ('first');
CREATE INDEX CONCURRENTLY t_x_idx ON t (x);
`;

test("a migration that failed half way and was mended goes on where it stopped", async () => {
  await using db = await testDatabase();
  await db.query(SEED);
  const folder = writeProject({ "0001_a.sql": `${FIRST_STEPS}INSERT INTO nowhere VALUES (1);` });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed", at: { line: 3, column: 13 } });
  writeFileSync(join(folder, "0001_a.sql"), `${FIRST_STEPS}INSERT INTO log VALUES ('last');`);
  expect((await applyAll(db, folder)).applied).toEqual(["0001_a"]);
  expect(await db.query("SELECT piece FROM log ORDER BY piece")).toEqual([{ piece: "first" }, { piece: "last" }]);
  const [run] = await db.query("SELECT count(*)::int AS runs FROM lockkeeper.run");
  expect(run).toEqual({ runs: 1 });
});

test("an edit of what was applied already is refused with run_changed and changes nothing", async () => {
  await using db = await testDatabase();
  await db.query(SEED);
  const folder = writeProject({ "0001_a.sql": `${FIRST_STEPS}INSERT INTO nowhere VALUES (1);` });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  writeFileSync(
    join(folder, "0001_a.sql"),
    `INSERT INTO log VALUES ('other');\nCREATE INDEX CONCURRENTLY t_x_idx ON t (x);\nINSERT INTO log VALUES ('last');`,
  );
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "run_changed", data: { step: 1 } });
  expect(await db.query("SELECT piece FROM log")).toEqual([{ piece: "first" }]);
});

test("a script that throws is script_failed, rolled back, and run again by the next up", async () => {
  await using db = await testDatabase();
  await db.query(SEED);
  const script = (body: string): string => `export default {
  steps: [{ script: "fill" }],
  scripts: { async fill({ query }) { await query("INSERT INTO log VALUES ('script')"); ${body} } },
};`;
  const folder = writeProject({ "0001_a.ts": script('throw new Error("no such customer")') });
  await expect(applyAll(db, folder)).rejects.toMatchObject({
    code: "script_failed",
    message: "fill: no such customer",
  });
  expect(await db.query("SELECT FROM log")).toEqual([]);
  writeFileSync(join(folder, "0001_a.ts"), script(""));
  expect((await applyAll(db, folder)).applied).toEqual(["0001_a"]);
  expect(await db.query("SELECT piece FROM log")).toEqual([{ piece: "script" }]);
});

test("a pending migration that is another tool's code is migration_not_runnable", async () => {
  await using db = await testDatabase();
  const folder = writeProject({
    "20240101000000_make.js":
      "exports.up = (knex) => knex.schema.createTable('a', (t) => t.increments());\nexports.down = (knex) => knex.schema.dropTable('a');\n",
  });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "migration_not_runnable" });
  const [schema] = await db.query("SELECT to_regnamespace('lockkeeper') AS schema");
  expect(schema).toEqual({ schema: null });
});

test("servers before 14 are server_unsupported", () => {
  expect(() => requireSupported(130_014)).toThrow(expect.objectContaining({ code: "server_unsupported" }));
  expect(() => requireSupported(140_000)).not.toThrow();
  expect(CATALOGUE.server_unsupported.exit).toBe(64);
});
