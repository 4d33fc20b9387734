import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { addFiles, writeProject } from "../support/project.ts";

const policy = { ...TEST_POLICY, briefMs: 0 };
const GIVEN = `CREATE FUNCTION size(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN length($1); END';
  CREATE FUNCTION usual() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 7; END';
  CREATE TABLE t (id int PRIMARY KEY, old int NOT NULL DEFAULT usual(), note text);
  INSERT INTO t SELECT g, g, 'abc' FROM generate_series(1, 20) g; ANALYZE`;

test("what a trigger calls that keeps a column current stays under its name until contract", async () => {
  await using db = await testDatabase();
  await db.query(GIVEN);
  const retype = "ALTER TABLE t ALTER COLUMN note TYPE int USING size(note); DROP FUNCTION size(text);";
  const folder = writeProject({ "0001_a.sql": retype });
  await applyAll(db, folder, { policy });
  await db.query("UPDATE t SET note = 12 WHERE id = 1");
  addFiles(folder, { "0002_b.sql": "CREATE OR REPLACE FUNCTION size(text) RETURNS int LANGUAGE sql AS 'SELECT 1'" });
  await expect(applyAll(db, folder, { policy })).rejects.toMatchObject({ code: "plan_refused" });
  const options = { ...operationOn(db), policy, migrations: readProject(folder) };
  expect(await contract(options)).toMatchObject({ contracted: ["0001_a"] });
  expect(await db.query("SELECT to_regproc('size') AS it")).toEqual([{ it: null }]);
  expect(await db.query("SELECT note FROM t WHERE id < 3 ORDER BY id")).toEqual([{ note: 12 }, { note: 3 }]);
  await applyAll(db, folder, { policy });
});

test("what is kept may be dropped by a later file, and a contract of others waits for theirs", async () => {
  await using db = await testDatabase();
  await db.query(GIVEN);
  const folder = writeProject({
    "0001_a.sql": "ALTER TABLE t DROP COLUMN old",
    "0002_b.sql": "DROP FUNCTION usual()",
  });
  await applyAll(db, folder);
  await db.query("INSERT INTO t (id) VALUES (99)");
  expect(await db.query("SELECT lockkeeper_dropped_old AS old FROM t WHERE id = 99")).toEqual([{ old: 7 }]);
  const options = { ...operationOn(db), migrations: readProject(folder) };
  expect(await contract(options)).toMatchObject({ contracted: ["0001_a", "0002_b"] });
  expect(await db.query("SELECT FROM pg_proc WHERE proname ~ 'usual'")).toEqual([]);

  addFiles(folder, {
    "0003_c.sql": "ALTER TABLE t DROP COLUMN note; CREATE TYPE mood AS ENUM ('a'); ALTER TABLE t ADD COLUMN m mood",
    "0004_d.sql": "ALTER TABLE t DROP COLUMN m",
    "0005_e.sql": "-- lockkeeper: contract 0004_d\nDROP TYPE mood",
  });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "plan_refused", at: { line: 2 } });
});

test("a default ends whose function speaks of what is dropped, so that rows can be written", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE counter (n int); INSERT INTO counter VALUES (1);
    CREATE FUNCTION read() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT n FROM Counter); END';
    CREATE FUNCTION next() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN read() + 1; END';
    CREATE TABLE t (id int PRIMARY KEY, nr int DEFAULT next()); INSERT INTO t (id) VALUES (1)`);
  const migration = "ALTER TABLE t DROP COLUMN nr; DROP FUNCTION next(); DROP TABLE counter; DROP FUNCTION read();";
  const folder = writeProject({ "0001_a.sql": migration });
  await applyAll(db, folder);
  await db.query("INSERT INTO t VALUES (2)");
  await down({ ...operationOn(db), migrations: readProject(folder) });
  await db.query("INSERT INTO t VALUES (3)");
  expect(await db.query("SELECT id, nr FROM t ORDER BY id")).toEqual([
    { id: 1, nr: 2 },
    { id: 2, nr: null },
    { id: 3, nr: 2 },
  ]);
});

test("a role is not dropped to which what is kept is granted, but behind DROP OWNED", async () => {
  await using db = await testDatabase();
  const role = `kept_needs_${db.name}`;
  await db.query(`${GIVEN}; CREATE ROLE ${role}; GRANT SELECT (old) ON t TO ${role}`);
  const migration = (between: string): string => `ALTER TABLE t DROP COLUMN old; ${between} DROP ROLE ${role};`;
  await expect(applyAll(db, { "0001_a.sql": migration("") })).rejects.toMatchObject({ code: "plan_refused" });
  await applyAll(db, { "0001_a.sql": migration(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role};`) });
  expect(await db.query(`SELECT to_regrole('${role}') AS it`)).toEqual([{ it: null }]);
});

test("a schema goes with the view that bears the old name of a table which left it", async () => {
  await using db = await testDatabase();
  await db.query("CREATE SCHEMA a; CREATE TABLE a.t (id int); INSERT INTO a.t VALUES (1)");
  const migration = "ALTER TABLE a.t RENAME TO u; ALTER TABLE a.u SET SCHEMA public; DROP SCHEMA a";
  await applyAll(db, { "0001_a.sql": migration });
  expect(await db.query("SELECT id, to_regnamespace('a') AS it FROM u")).toEqual([{ id: 1, it: null }]);
});

test.each([
  ["a view of all columns", "CREATE VIEW v AS SELECT id FROM t UNION ALL (SELECT x.id FROM (SELECT * FROM t) AS x)"],
  ["a table like it", "CREATE TABLE u (LIKE t)"],
  ["rows without a list of columns", "INSERT INTO t VALUES (99, 'x')"],
  ["a rule that writes them", "CREATE RULE r AS ON INSERT TO u DO ALSO INSERT INTO t SELECT new.id, 'x'"],
])("%s would mean a column that is kept, and is refused", async (_, statement) => {
  await using db = await testDatabase();
  await db.query(`${GIVEN}; CREATE TABLE u (id int)`);
  const run = applyAll(db, { "0001_a.sql": `ALTER TABLE t DROP COLUMN old; ${statement}` });
  await expect(run).rejects.toMatchObject({
    code: "plan_refused",
    message: expect.stringContaining("all columns of t, and lockkeeper_dropped_old"),
  });
  expect(await db.query("SELECT FROM lockkeeper.run")).toEqual([]);
});
