import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";
import { testRole } from "../support/role.ts";

/** An import that resolves from a folder of the test's own. */
const MODULE = new URL("../../src/migrations/migration-module.ts", import.meta.url).href;

let oldServer: EmbeddedServer;

beforeAll(async () => {
  oldServer = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
});

afterAll(async () => {
  await oldServer.stop();
});

const owners = async (db: TestDatabase): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    (
      await db.query(`SELECT relname, relowner::regrole::text AS owner FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i', 'v') ORDER BY relname`)
    ).map(({ relname, owner }) => [relname, owner]),
  );

async function takeBackAll(db: TestDatabase, url: string, files: ProjectFiles, role?: string): Promise<void> {
  const folder = writeProject(files);
  const policy = role === undefined ? TEST_POLICY : { ...TEST_POLICY, role };
  await down({ ...operationOn({ url }), migrations: readProject(folder), policy, steps: 9 });
  expect(await owners(db)).toEqual({});
}

describe.each([
  ["the newest server", () => inject("serverUrl")],
  ["PostgreSQL 15", () => oldServer.url()],
] as const)("on %s", (_, serverUrl) => {
  test("the configured role owns what migrations make and take back, in every kind of step, and needs nothing of the journal", async () => {
    await using db = await testDatabase(serverUrl());
    await using owner = await testRole(db);
    await using login = await testRole(db, "NOINHERIT");
    await db.query(`GRANT CREATE ON SCHEMA public TO ${owner.name}; GRANT ${owner.name} TO ${login.name};
      GRANT CREATE ON DATABASE ${db.name} TO ${login.name}`);
    const files: ProjectFiles = {
      "0001_items.sql": "CREATE TABLE items (id int, price int DEFAULT 1);",
      "0002_captured.sql":
        "ALTER TABLE items ALTER COLUMN price SET DEFAULT 2;\nCREATE VIEW cheap AS SELECT id FROM items WHERE price < 9;",
      "0003_again.sql": "CREATE OR REPLACE VIEW cheap AS SELECT id FROM items WHERE price < 5;",
      "0004_index.sql": "CREATE INDEX CONCURRENTLY items_price ON items (price);",
      "0005_script.ts": `import { defineMigration } from "${MODULE}";
        export default defineMigration({
          steps: [{ script: "fill" }],
          undo: [{ sql: "DELETE FROM items" }],
          scripts: { fill: async ({ query }) => { await query("INSERT INTO items VALUES ($1, $2)", [1, 2]); } },
        });`,
      "0006_mixed.sql": `SET ROLE NONE;\nSET search_path TO public;\nSET ROLE ${owner.name};\nCREATE INDEX CONCURRENTLY items_id ON items (id);`,
    };
    const policy = { ...TEST_POLICY, role: owner.name };
    await applyAll({ url: login.url }, files, { policy });
    expect(await owners(db)).toEqual({
      cheap: owner.name,
      items: owner.name,
      items_id: owner.name,
      items_price: owner.name,
    });
    const journal = await db.query(
      "SELECT DISTINCT relowner::regrole::text AS owner FROM pg_class WHERE relnamespace = 'lockkeeper'::regnamespace",
    );
    expect(journal).toEqual([{ owner: login.name }]);
    const [view] = await db.query("SELECT sql FROM lockkeeper.undo_sql WHERE sql LIKE '%< 9%'");
    expect(view).toBeDefined();
    await takeBackAll(db, login.url, files, owner.name);
  });

  test("a migration may choose its role, which is in force again behind what the journal writes in between", async () => {
    await using db = await testDatabase(serverUrl());
    await using owner = await testRole(db);
    await db.query(`GRANT CREATE ON SCHEMA public TO ${owner.name}`);
    const files: ProjectFiles = {
      "0001_set.sql": `SET ROLE ${owner.name};\nCREATE TABLE one (a int DEFAULT 1);
        ALTER TABLE one ALTER COLUMN a SET DEFAULT 2;\nCREATE TABLE two ();\nCREATE INDEX CONCURRENTLY one_a ON one (a);`,
      "0002_local.sql": `SET LOCAL ROLE ${owner.name};\nCREATE TABLE three ();`,
      "0003_authorization.sql": `SET SESSION AUTHORIZATION ${owner.name};\nCREATE TABLE four (a int);\nCREATE TABLE five ();
        CREATE INDEX CONCURRENTLY four_a ON four (a);\nRESET SESSION AUTHORIZATION;\nSELECT 1;`,
      "0004_hidden.sql": `DO $$ BEGIN SET LOCAL ROLE ${owner.name}; END $$;\nCREATE TABLE six ();\nCREATE TABLE seven ();`,
      "0004_hidden.down.sql": "DROP TABLE six, seven;",
      "0005_config.sql": `SELECT set_config('role', '${owner.name}', false);\nCREATE TABLE eight ();`,
      "0006_mine.sql": "CREATE TABLE mine ();",
    };
    await applyAll(db, files);
    const { mine, ...others } = await owners(db);
    expect(mine).toBe("postgres");
    expect(others).toEqual(
      Object.fromEntries(
        ["eight", "five", "four", "four_a", "one", "one_a", "seven", "six", "three", "two"].map((name) => [
          name,
          owner.name,
        ]),
      ),
    );
    await takeBackAll(db, db.url, files);
  });

  test("a login role that begins with another role (ALTER ROLE … SET role) keeps its journal under that one", async () => {
    await using db = await testDatabase(serverUrl());
    await using owner = await testRole(db);
    await using login = await testRole(db, "NOINHERIT");
    await db.query(`GRANT CREATE ON SCHEMA public TO ${owner.name}; GRANT ${owner.name} TO ${login.name};
      GRANT CREATE ON DATABASE ${db.name} TO ${owner.name}; ALTER ROLE ${login.name} SET role = '${owner.name}'`);
    const files: ProjectFiles = {
      "0001_items.sql": "CREATE TABLE items (id int);\nALTER TABLE items ALTER COLUMN id SET DEFAULT 3;",
      "0002_index.sql": "CREATE INDEX CONCURRENTLY items_id ON items (id);",
    };
    await applyAll({ url: login.url }, files);
    expect(await owners(db)).toEqual({ items: owner.name, items_id: owner.name });
    await takeBackAll(db, login.url, files);
  });
});

test("a role that may not be taken is named with the place of the statement that takes it", async () => {
  await using db = await testDatabase();
  await expect(
    applyAll(db, { "0001_role.sql": "CREATE TABLE one ();\n  SET ROLE nobody_of_this_name;" }),
  ).rejects.toMatchObject({
    code: "statement_failed",
    message: 'role "nobody_of_this_name" does not exist',
    at: { file: expect.stringContaining("0001_role.sql"), line: 2, column: 3 },
  });
});

test("a configured role that is not there, or not granted, is refused before anything runs", async () => {
  await using db = await testDatabase();
  await using owner = await testRole(db);
  await using login = await testRole(db);
  await db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${login.name}`);
  const asRole = (role: string): Promise<unknown> =>
    applyAll({ url: login.url }, { "0001_a.sql": "SELECT 1;" }, { policy: { ...TEST_POLICY, role } });
  await expect(asRole("nobody_of_this_name")).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining("no role nobody_of_this_name"),
  });
  await expect(asRole(owner.name)).rejects.toMatchObject({
    code: "permission_denied",
    action: `GRANT ${owner.name} TO ${login.name};`,
  });
  expect(await db.query("SELECT FROM lockkeeper.run")).toEqual([]);
});

test("a role that does not see into the state schema is told what it lacks", async () => {
  await using db = await testDatabase();
  await using owner = await testRole(db);
  await applyAll(db, { "0001_a.sql": "SELECT 1;" });
  await db.query("REVOKE USAGE ON SCHEMA lockkeeper FROM PUBLIC");
  const files = { "0001_a.sql": "SELECT 1;", "0002_b.sql": "SELECT 2;" };
  const done = applyAll(db, files, { policy: { ...TEST_POLICY, role: owner.name } });
  await expect(done).rejects.toMatchObject({
    code: "permission_denied",
    action: expect.stringContaining("GRANT USAGE ON SCHEMA lockkeeper"),
  });
});
