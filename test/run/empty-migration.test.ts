import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { downTemplate, TEMPLATES } from "../../src/migrations/templates.ts";
import { down } from "../../src/run/down.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

test.each([
  ["0001_a.sql", TEMPLATES.sql],
  ["0001_a.sql", TEMPLATES.sql.replaceAll("\n", "\r\n")],
  ["0001_a.ts", TEMPLATES.typescript],
])("the template of `new` in %s is migration_unwritten, and nothing is made", async (name, text) => {
  await using db = await testDatabase();
  const before = await picture(db);
  await expect(applyAll(db, { [name]: text })).rejects.toMatchObject({
    code: "migration_unwritten",
    message: expect.stringContaining(name),
  });
  expect(await picture(db)).toEqual(before);
});

test("an unwritten way back keeps its migration from being applied, and from being taken back", async () => {
  await using db = await testDatabase();
  const folder = writeProject({ "0001_a.sql": "CREATE TABLE a ();", "0001_a.down.sql": downTemplate("0001_a") });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "migration_unwritten" });
  writeFileSync(join(folder, "0001_a.down.sql"), "DROP TABLE a;");
  await applyAll(db, folder);
  writeFileSync(join(folder, "0001_a.down.sql"), downTemplate("0001_a"));
  await expect(down({ ...operationOn(db), migrations: readProject(folder) })).rejects.toMatchObject({
    code: "migration_unwritten",
    message: expect.stringContaining("0001_a.down.sql"),
  });
  expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([{ id: "0001_a" }]);
});

test.each([
  ["0001_a.sql", "-- nothing to do here\n"],
  ["0001_a.sql", ""],
  ["0001_a.ts", "export default { steps: [] };"],
])("a file without a statement, %s, is applied with a notice", async (name, text) => {
  await using db = await testDatabase();
  const operation = operationOn(db);
  expect(await applyAll(db, { [name]: text }, operation)).toMatchObject({ applied: ["0001_a"] });
  expect(operation.events).toContainEqual({
    type: "notice",
    message: expect.stringContaining(`${name} holds no statement`),
  });
});

test("a way back without a statement is taken with a notice", async () => {
  await using db = await testDatabase();
  const folder = writeProject({ "0001_a.sql": "CREATE TABLE a ();", "0001_a.down.sql": "-- it may stay\n" });
  await applyAll(db, folder);
  const operation = operationOn(db);
  expect(await down({ ...operation, migrations: readProject(folder) })).toEqual({ undone: ["0001_a"] });
  expect(operation.events).toContainEqual({
    type: "notice",
    message: expect.stringContaining("The way back of 0001_a holds no statement"),
  });
});
