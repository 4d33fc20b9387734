import { expect, test } from "vitest";
import { connect } from "../../../src/postgres/session.ts";
import { installState, STATE_VERSION } from "../../../src/run/state/install-state.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { picture } from "../../support/picture.ts";
import { writeProject } from "../../support/project.ts";
import { testRole } from "../../support/role.ts";
import { upHere } from "../../support/run-here.ts";

const FILES = { "0001_first.sql": "CREATE TABLE first (id int);" };

async function install(url: string): Promise<void> {
  await using session = await connect(url);
  await installState(session);
}

async function expectUntouched(db: TestDatabase, code: string, act: () => Promise<unknown>): Promise<void> {
  const before = await picture(db);
  await expect(act()).rejects.toMatchObject({ code });
  expect(await picture(db)).toEqual(before);
}

test("20 processes' worth of concurrent installations make one state schema, and all succeed", async () => {
  await using db = await testDatabase();
  await Promise.all(Array.from({ length: 20 }, () => install(db.url)));
  expect(await db.query("SELECT version FROM lockkeeper.meta")).toEqual([{ version: STATE_VERSION }]);
  expect(await db.query("SELECT count(*)::int FROM lockkeeper.lease")).toEqual([{ count: 1 }]);
});

test("concurrent installations do not depend on the database's default isolation", async () => {
  await using db = await testDatabase();
  await db.query(`ALTER DATABASE ${db.name} SET default_transaction_isolation = 'serializable'`);
  await Promise.all(Array.from({ length: 8 }, () => install(db.url)));
  expect(await db.query("SELECT version FROM lockkeeper.meta")).toEqual([{ version: STATE_VERSION }]);
  const runs = await Promise.all(Array.from({ length: 8 }, () => upHere(db.url, writeProject(FILES)).done));
  expect(runs.flatMap(({ applied }) => applied)).toEqual(["0001_first"]);
});

test("a state schema of a newer program is refused and not touched", async () => {
  await using db = await testDatabase();
  await install(db.url);
  await db.query("UPDATE lockkeeper.meta SET version = version + 1; ALTER TABLE lockkeeper.run RENAME TO run2");
  await expectUntouched(db, "state_newer", () => install(db.url));
  await expectUntouched(db, "state_newer", () => upHere(db.url, writeProject(FILES)).done);
});

test.for([
  ["a table of its own", "CREATE TABLE lockkeeper.gates (id int)"],
  ["a function of its own", "CREATE FUNCTION lockkeeper.open() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
  ["a type of its own", "CREATE TYPE lockkeeper.gate AS ENUM ('open', 'shut')"],
  ["a table called meta", "CREATE TABLE lockkeeper.meta (key text, value text)"],
  [
    "a table called meta with a version",
    "CREATE TABLE lockkeeper.meta (version int); INSERT INTO lockkeeper.meta VALUES (1)",
  ],
  ["an empty table called meta with a version", "CREATE TABLE lockkeeper.meta (version int)"],
  [
    "a table called meta with a version that is text",
    "CREATE TABLE lockkeeper.meta (version text); INSERT INTO lockkeeper.meta VALUES ('v1')",
  ],
] as const)("a foreign schema called lockkeeper with %s is refused and not touched", async ([, sql]) => {
  await using db = await testDatabase();
  await db.query(`CREATE SCHEMA lockkeeper; ${sql}`);
  await expectUntouched(db, "state_foreign", () => install(db.url));
  await expectUntouched(db, "state_foreign", () => upHere(db.url, writeProject(FILES)).done);
});

test("a role that may not create schemas is told the grant that helps, and the grant helps", async () => {
  await using db = await testDatabase();
  await using role = await testRole(db);
  await db.query(`GRANT CREATE ON SCHEMA public TO ${role.name}`);
  await expectUntouched(db, "permission_denied", () => upHere(role.url, writeProject(FILES)).done);
  const refused = await upHere(role.url, writeProject(FILES)).done.catch((error: unknown) => error);
  expect(refused).toMatchObject({
    action: expect.stringContaining(`GRANT CREATE ON DATABASE ${db.name} TO ${role.name}`),
  });
  await db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${role.name}`);
  expect((await upHere(role.url, writeProject(FILES)).done).applied).toEqual(["0001_first"]);
});

test("an empty schema that an administrator made for the role is enough", async () => {
  await using db = await testDatabase();
  await using role = await testRole(db);
  await db.query(`GRANT CREATE ON SCHEMA public TO ${role.name}; CREATE SCHEMA lockkeeper AUTHORIZATION ${role.name}`);
  expect((await upHere(role.url, writeProject(FILES)).done).applied).toEqual(["0001_first"]);
  expect(await db.query("SELECT version FROM lockkeeper.meta")).toEqual([{ version: STATE_VERSION }]);
});

test("an empty schema that belongs to somebody else is a matter of permission", async () => {
  await using db = await testDatabase();
  await using role = await testRole(db);
  await db.query("CREATE SCHEMA lockkeeper");
  await expectUntouched(db, "permission_denied", () => upHere(role.url, writeProject(FILES)).done);
});

test("a role that may read but not write the state is refused before anything runs", async () => {
  await using db = await testDatabase();
  await using role = await testRole(db);
  await install(db.url);
  await db.query(`GRANT CREATE ON SCHEMA public TO ${role.name}`);
  await expectUntouched(db, "permission_denied", () => upHere(role.url, writeProject(FILES)).done);
});
