import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { type Repair, type RepairOptions, repair } from "../../src/run/repair.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { addFiles, writeProject } from "../support/project.ts";

const TWO = { "0001_a.sql": "CREATE TABLE a (id int);", "0002_b.sql": "CREATE TABLE b (id int);" };

const mend = (db: TestDatabase, folder: string, options: Partial<RepairOptions> & { id: string }): Promise<Repair> =>
  repair({ ...operationOn(db), migrations: readProject(folder), reason: "checked by hand", ...options });

const audit = (db: TestDatabase): Promise<Record<string, unknown>[]> =>
  db.query("SELECT action, subject, reason, detail, actor = session_user AS own FROM lockkeeper.audit");

test("an edited file is recorded with its new checksum, and old and new are kept", async () => {
  await using db = await testDatabase();
  const folder = writeProject(TWO);
  await applyAll(db, folder);
  const [before] = readProject(folder);
  addFiles(folder, { "0001_a.sql": "CREATE TABLE a (id int); -- the first table" });
  const [after] = readProject(folder);
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "migration_edited" });
  const done = await mend(db, folder, { id: "0001_a", reason: "only a comment" });
  expect(done).toEqual({ kind: "checksum", id: "0001_a", from: before?.checksum, to: after?.checksum });
  expect(await audit(db)).toEqual([
    {
      action: "repair",
      subject: "0001_a",
      reason: "only a comment",
      detail: { kind: "checksum", from: before?.checksum, to: after?.checksum },
      own: true,
    },
  ]);
  expect(await applyAll(db, folder)).toMatchObject({ applied: [], inForce: 2 });
});

test("a file that is gone is recorded as gone", async () => {
  await using db = await testDatabase();
  const folder = writeProject(TWO);
  await applyAll(db, folder);
  rmSync(join(folder, "0001_a.sql"));
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "migration_missing" });
  expect(await mend(db, folder, { id: "0001_a" })).toEqual({ kind: "file-gone", id: "0001_a", from: false, to: true });
  expect(await applyAll(db, folder)).toMatchObject({ applied: [], inForce: 2, ahead: [] });
});

test.each([
  ["agrees with its file", "0001_a", "nothing_to_repair"],
  ["is not in force", "0003_c", "migration_unknown"],
] as const)("a migration that %s is not repaired, and nothing changes", async (_name, id, code) => {
  await using db = await testDatabase();
  const folder = writeProject({ ...TWO, "0003_c.sql": "SELECT 1;" });
  await applyAll(db, folder, { to: "0002_b" });
  const before = await picture(db);
  await expect(mend(db, folder, { id })).rejects.toMatchObject({ code });
  expect(await picture(db)).toEqual(before);
});

test("a migration of a newer release is not recorded as gone", async () => {
  await using db = await testDatabase();
  await applyAll(db, TWO);
  const before = await picture(db);
  const older = writeProject({ "0001_a.sql": TWO["0001_a.sql"] });
  await expect(mend(db, older, { id: "0002_b" })).rejects.toMatchObject({ code: "nothing_to_repair" });
  expect(await picture(db)).toEqual(before);
});

test.each([
  ["no reason", { reason: "  " }],
  ["a step without a verdict", { step: 1 }],
  ["a verdict without a step", { as: "done" }],
] as const)("a repair with %s is refused", async (_name, options) => {
  await using db = await testDatabase();
  const folder = writeProject(TWO);
  await applyAll(db, folder);
  const before = await picture(db);
  await expect(mend(db, folder, { id: "0001_a", ...options })).rejects.toMatchObject({ code: "usage" });
  expect(await picture(db)).toEqual(before);
});

/** A call that commits on its own and loses its connection: no catalog shows whether it took effect. */
async function unknownStep(db: TestDatabase, last: "" | "CREATE TABLE b (id int);"): Promise<string> {
  const folder = writeProject({
    "0001_a.sql": `-- lockkeeper: transaction each\nCREATE TABLE a (id int);\nCALL forget_old();\n${last}`,
  });
  await db.query("CREATE TABLE calls ()");
  await db.query(`CREATE PROCEDURE forget_old() LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO calls DEFAULT VALUES; COMMIT; PERFORM pg_terminate_backend(pg_backend_pid()); END $$`);
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "step_unknown" });
  await db.query("CREATE OR REPLACE PROCEDURE forget_old() LANGUAGE sql AS 'INSERT INTO calls DEFAULT VALUES'");
  await expect(applyAll(db, folder)).rejects.toMatchObject({
    code: "step_unknown",
    action: expect.stringMatching(/`lockkeeper repair \S+ --step 2 --as done --reason …`; if not, .*--as pending/),
    data: { step: 2 },
  });
  return folder;
}

const callsIn = async (db: TestDatabase): Promise<number> => (await db.query("SELECT FROM calls")).length;

test("a step that nothing but a person can tell is recorded as done, and the run goes on behind it", async () => {
  await using db = await testDatabase();
  const folder = await unknownStep(db, "CREATE TABLE b (id int);");
  const done = await mend(db, folder, { id: "0001_a", step: 2, as: "done" });
  expect(done).toEqual({ kind: "step", id: "0001_a", run: expect.any(Number), step: 2, from: "unknown", to: "done" });
  expect(await audit(db)).toMatchObject([{ detail: { kind: "step", step: 2, from: "unknown", to: "done" } }]);
  expect(await applyAll(db, folder)).toMatchObject({ applied: ["0001_a"] });
  expect(await callsIn(db)).toBe(1);
});

test("a step that is recorded as pending is run again", async () => {
  await using db = await testDatabase();
  const folder = await unknownStep(db, "CREATE TABLE b (id int);");
  await mend(db, folder, { id: "0001_a", step: 2, as: "pending" });
  expect(await applyAll(db, folder)).toMatchObject({ applied: ["0001_a"] });
  expect(await callsIn(db)).toBe(2);
});

test("a last step that is recorded as done ends its run", async () => {
  await using db = await testDatabase();
  const folder = await unknownStep(db, "");
  await mend(db, folder, { id: "0001_a", step: 2, as: "done" });
  expect(await applyAll(db, folder)).toMatchObject({ applied: [], inForce: 1 });
  expect(await db.query("SELECT state FROM lockkeeper.run")).toEqual([{ state: "done" }]);
});

test("a step whose state the server can tell is not repaired", async () => {
  await using db = await testDatabase();
  const folder = writeProject({
    "0001_a.sql":
      "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY u ON a (id);",
  });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  const before = await picture(db);
  await expect(mend(db, folder, { id: "0001_a", step: 2, as: "done" })).rejects.toMatchObject({
    code: "nothing_to_repair",
  });
  await expect(mend(db, folder, { id: "0001_a", step: 1, as: "done" })).rejects.toMatchObject({
    code: "nothing_to_repair",
  });
  expect(await picture(db)).toEqual(before);
});
