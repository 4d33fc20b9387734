import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../src/errors/catalogue.ts";
import type { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { baseline } from "../../src/run/baseline.ts";
import { requestAbort } from "../../src/run/control.ts";
import { type DownResult, down } from "../../src/run/down.ts";
import { requireSupported } from "../../src/run/read-state.ts";
import { resume } from "../../src/run/resume.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

const takeBack = (db: TestDatabase, folder: string): Promise<DownResult> =>
  down({ ...operationOn(db), migrations: readProject(folder) });

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

const UP = { "0001_a.sql": "CREATE INDEX CONCURRENTLY t_x_idx ON t (x);" };
const FIRST_BACK = "INSERT INTO log VALUES ('back');\nDROP INDEX CONCURRENTLY t_x_idx;\n";

async function halfBack(db: TestDatabase): Promise<string> {
  await db.query(SEED);
  const folder = writeProject({ ...UP, "0001_a.down.sql": `${FIRST_BACK}DROP TABLE nowhere;` });
  await applyAll(db, folder);
  const error = await takeBack(db, folder).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: "statement_failed", at: { file: join(folder, "0001_a.down.sql"), line: 3 } });
  expect((error as LockkeeperError).action).toContain("lockkeeper down");
  expect((error as LockkeeperError).action).toContain("0001_a.down.sql");
  return folder;
}

test("a way back that failed half way and was mended goes on where it stopped", async () => {
  await using db = await testDatabase();
  const folder = await halfBack(db);
  await expect(applyAll(db, folder)).rejects.toMatchObject({
    code: "run_parked",
    action: expect.stringMatching(/^`lockkeeper down`/),
  });
  writeFileSync(join(folder, "0001_a.down.sql"), `${FIRST_BACK}INSERT INTO log VALUES ('last');`);
  expect(await takeBack(db, folder)).toEqual({ undone: ["0001_a"] });
  expect(await db.query("SELECT piece FROM log ORDER BY piece")).toEqual([{ piece: "back" }, { piece: "last" }]);
  expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([]);
});

test("resume goes on with a way back as it was mended", async () => {
  await using db = await testDatabase();
  const folder = await halfBack(db);
  writeFileSync(join(folder, "0001_a.down.sql"), `${FIRST_BACK}INSERT INTO log VALUES ('last');`);
  expect(await resume({ ...operationOn(db), migrations: readProject(folder) })).toMatchObject({ finished: ["0001_a"] });
  expect(await db.query("SELECT piece FROM log ORDER BY piece")).toEqual([{ piece: "back" }, { piece: "last" }]);
});

test("resume goes on with a migration as it was mended", async () => {
  await using db = await testDatabase();
  await db.query(SEED);
  const folder = writeProject({ "0001_a.sql": `${FIRST_STEPS}INSERT INTO nowhere VALUES (1);` });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  writeFileSync(join(folder, "0001_a.sql"), `${FIRST_STEPS}INSERT INTO log VALUES ('last');`);
  const migrations = readProject(folder);
  expect(await resume({ ...operationOn(db), migrations })).toMatchObject({ finished: ["0001_a"] });
  expect(await db.query("SELECT checksum FROM lockkeeper.migration")).toEqual([{ checksum: migrations[0]?.checksum }]);
});

test("an edit of the part of a way back that was applied is refused with that part, and changes nothing", async () => {
  await using db = await testDatabase();
  const folder = await halfBack(db);
  writeFileSync(join(folder, "0001_a.down.sql"), "DROP INDEX CONCURRENTLY t_x_idx;");
  await expect(takeBack(db, folder)).rejects.toMatchObject({
    code: "run_changed",
    action: expect.stringContaining("INSERT INTO log VALUES ('back');"),
  });
  expect(await db.query("SELECT piece FROM log")).toEqual([{ piece: "back" }]);
});

test("a release without the file goes on with the way back as it began", async () => {
  await using db = await testDatabase();
  const folder = await halfBack(db);
  await db.query("CREATE TABLE nowhere ()");
  rmSync(join(folder, "0001_a.down.sql"));
  rmSync(join(folder, "0001_a.sql"));
  expect(await takeBack(db, folder)).toEqual({ undone: ["0001_a"] });
  expect(await db.query("SELECT piece FROM log")).toEqual([{ piece: "back" }]);
});

test("a TypeScript migration is taken back as its file says today, also where it was baselined", async () => {
  await using db = await testDatabase();
  await db.query(SEED);
  const folder = writeProject({
    "0001_a.ts": `export default { steps: [{ sql: "SELECT 1" }], undo: [{ sql: "INSERT INTO log VALUES ('undone')" }] };`,
  });
  await baseline({ ...operationOn(db), migrations: readProject(folder), to: "0001_a" });
  expect(await takeBack(db, folder)).toEqual({ undone: ["0001_a"] });
  expect(await db.query("SELECT piece FROM log")).toEqual([{ piece: "undone" }]);
});

test("a part that has no certain way back is to be finished first, not given a file that would not be read", async () => {
  await using db = await testDatabase();
  await db.query(SEED);
  const folder = writeProject({
    "0001_a.sql": "-- lockkeeper: transaction each\nDELETE FROM t;\nINSERT INTO nowhere VALUES (1);",
  });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  await expect(takeBack(db, folder)).rejects.toMatchObject({
    code: "undo_unavailable",
    action: expect.stringContaining("finish it with `lockkeeper up`"),
  });
});

test("a statement that failed and is removed from its file leaves the run done, in both directions", async () => {
  await using db = await testDatabase();
  const folder = await halfBack(db);
  writeFileSync(join(folder, "0001_a.down.sql"), FIRST_BACK);
  expect(await takeBack(db, folder)).toEqual({ undone: ["0001_a"] });
  expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([]);
  writeFileSync(join(folder, "0001_a.sql"), `${FIRST_STEPS}INSERT INTO nowhere VALUES (1);`);
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  writeFileSync(join(folder, "0001_a.sql"), FIRST_STEPS);
  expect((await applyAll(db, folder)).applied).toEqual(["0001_a"]);
  expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([{ id: "0001_a" }]);
  expect(await db.query("SELECT DISTINCT state FROM lockkeeper.run ORDER BY state")).toEqual([
    { state: "done" },
    { state: "undone" },
  ]);
});

test("what was queued behind a run that is taken back is not resumed without it, nor is the run itself", async () => {
  await using db = await testDatabase();
  await db.query(SEED);
  const folder = writeProject({
    "0001_a.sql":
      "CREATE TABLE fresh (x int);\nCREATE INDEX CONCURRENTLY fresh_idx ON fresh (x);\nINSERT INTO nowhere VALUES (1);",
    "0002_b.sql": "INSERT INTO log VALUES ('second');",
  });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  await requestAbort(operationOn(db));
  await db.query("CREATE VIEW needs_it AS SELECT x FROM fresh");
  await expect(takeBack(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  await expect(applyAll(db, folder)).rejects.toMatchObject({
    code: "run_parked",
    message: expect.stringContaining("(down 0001_a)"),
  });
  const migrations = readProject(folder);
  await expect(resume({ ...operationOn(db), migrations })).rejects.toMatchObject({ code: "statement_failed" });
  await db.query("DROP VIEW needs_it");
  expect(await resume({ ...operationOn(db), migrations })).toMatchObject({ finished: ["0001_a"] });
  expect(await resume({ ...operationOn(db), migrations })).toMatchObject({ finished: [] });
  expect(await db.query("SELECT to_regclass('fresh') AS fresh, (SELECT count(*)::int FROM log) AS logged")).toEqual([
    { fresh: null, logged: 0 },
  ]);
});
