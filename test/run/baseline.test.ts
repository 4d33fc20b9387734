import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { type BaselineOptions, type BaselineResult, baseline } from "../../src/run/baseline.ts";
import { status } from "../../src/run/status.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

const THREE = {
  "0001_a.sql": "CREATE TABLE a (id int);",
  "0002_b.sql": "CREATE TABLE b (id int);",
  "0003_c.sql": "CREATE TABLE c (id int);",
};

const baselineAt = (
  db: TestDatabase,
  folder: string,
  options: Partial<BaselineOptions> & { to: string },
): Promise<BaselineResult> => baseline({ ...operationOn(db), migrations: readProject(folder), ...options });

test("a baseline records migrations up to one as in force and runs none of them", async () => {
  await using db = await testDatabase();
  const folder = writeProject(THREE);
  await db.query("CREATE TABLE a (); CREATE TABLE b ();");
  const result = await baselineAt(db, folder, { to: "0002_b", reason: "made by hand in 2019", actor: "dana" });
  expect(result).toEqual({ recorded: ["0001_a", "0002_b"] });
  const report = await status({ url: db.url, migrations: readProject(folder) });
  expect(report.migrations.map(({ id, state, origin }) => [id, state, origin])).toEqual([
    ["0001_a", "applied", "baseline"],
    ["0002_b", "applied", "baseline"],
    ["0003_c", "pending", null],
  ]);
  expect(await db.query("SELECT actor, action, subject, reason, detail FROM lockkeeper.audit")).toEqual([
    {
      actor: "dana",
      action: "baseline",
      subject: "0002_b",
      reason: "made by hand in 2019",
      detail: { recorded: ["0001_a", "0002_b"] },
    },
  ]);
  expect(await applyAll(db, folder)).toMatchObject({ applied: ["0003_c"], inForce: 3 });
});

test("a baseline after a first attempt that left nothing behind closes that attempt", async () => {
  await using db = await testDatabase();
  const folder = writeProject(THREE);
  await db.query("CREATE TABLE a ()");
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  await baselineAt(db, folder, { to: "0001_a" });
  expect(await db.query("SELECT DISTINCT state FROM lockkeeper.run WHERE migration_id = '0001_a'")).toEqual([
    { state: "superseded" },
  ]);
  expect((await applyAll(db, folder)).applied).toEqual(["0002_b", "0003_c"]);
});

test("a baseline of a migration that is not there changes nothing", async () => {
  await using db = await testDatabase();
  const before = await picture(db);
  await expect(baselineAt(db, writeProject(THREE), { to: "0009_z" })).rejects.toMatchObject({
    code: "migration_unknown",
  });
  expect(await picture(db)).toEqual(before);
});

test("a baseline on a database with a history changes nothing", async () => {
  await using db = await testDatabase();
  const folder = writeProject(THREE);
  await applyAll(db, folder, { to: "0001_a" });
  const before = await picture(db);
  await expect(baselineAt(db, folder, { to: "0002_b" })).rejects.toMatchObject({
    code: "history_not_empty",
    message: expect.stringContaining("1 migration in force"),
  });
  expect(await picture(db)).toEqual(before);
});

test("a baseline on a database with a half-done run changes nothing", async () => {
  await using db = await testDatabase();
  const folder = writeProject({
    "0001_a.sql": "-- lockkeeper: transaction each\nCREATE TABLE a (id int);\nSELECT 1 / 0;",
  });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  const before = await picture(db);
  await expect(baselineAt(db, folder, { to: "0001_a" })).rejects.toMatchObject({
    code: "history_not_empty",
    data: { applied: 0, halfDone: 1 },
  });
  expect(await picture(db)).toEqual(before);
});

test("a baseline waits for the lease no longer than the policy says", async () => {
  await using db = await testDatabase();
  const folder = writeProject(THREE);
  await applyAll(db, {});
  await applyAll(db, { "0000_x.sql": "SELECT 1;" });
  await db.query("DELETE FROM lockkeeper.migration");
  await db.query("SELECT lockkeeper.acquire_lease('elsewhere:42', '{}', interval '1 hour')");
  await expect(baselineAt(db, folder, { to: "0001_a" })).rejects.toMatchObject({ code: "lease_held" });
  expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([]);
});

test("a baseline is refused by a database that is read-only", async () => {
  await using db = await testDatabase();
  await db.query(`ALTER DATABASE ${db.name} SET default_transaction_read_only = on`);
  await expect(baselineAt(db, writeProject(THREE), { to: "0001_a" })).rejects.toMatchObject({
    code: "database_read_only",
  });
});
