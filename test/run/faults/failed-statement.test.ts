import { expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { applicationSchema } from "../../support/picture.ts";
import { addFiles, writeProject } from "../../support/project.ts";
import { testRole } from "../../support/role.ts";
import { upHere } from "../../support/run-here.ts";
import { mountTinyDisk } from "../../support/tiny-disk.ts";

const inForce = async (db: TestDatabase): Promise<unknown[]> =>
  (await db.query("SELECT id FROM lockkeeper.migration ORDER BY position")).map(({ id }) => id);

/** A first migration that is in force whatever becomes of the second. */
const FIRST = { "0001_first.sql": "CREATE TABLE first (id int);" };

async function expectFailure(db: TestDatabase, url: string, folder: string, failure: object): Promise<void> {
  await upHere(url, writeProject(FIRST)).done;
  const before = await applicationSchema(db);
  await expect(upHere(url, folder).done).rejects.toMatchObject(failure);
  expect(await applicationSchema(db)).toEqual(before);
  expect(await inForce(db)).toEqual(["0001_first"]);
}

test("a statement that violates a constraint fails with the constraint, the row and the place, and nothing of its step stays", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE items (id int, price int); INSERT INTO items VALUES (1, 5), (2, -7)");
  const folder = writeProject({
    ...FIRST,
    "0002_check.sql":
      "CREATE TABLE second (id int);\n\nALTER TABLE items\n  ADD CONSTRAINT price_positive CHECK (price > 0);",
  });
  await expectFailure(db, db.url, folder, {
    code: "statement_failed",
    at: { file: expect.stringContaining("0002_check.sql"), line: 3, relation: "public.items" },
    data: { sqlstate: "23514", constraint: "price_positive" },
  });
  await db.query("UPDATE items SET price = 7 WHERE id = 2");
  expect((await upHere(db.url, folder).done).applied).toEqual(["0002_check"]);
});

test("a foreign key that meets an orphan names its key", async () => {
  await using db = await testDatabase();
  await db.query(
    "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (user_id int); INSERT INTO orders VALUES (404)",
  );
  const folder = writeProject({
    ...FIRST,
    "0002_key.sql": "ALTER TABLE orders ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users;",
  });
  await expectFailure(db, db.url, folder, {
    code: "statement_failed",
    at: { line: 1, relation: "public.orders" },
    data: {
      sqlstate: "23503",
      constraint: "orders_user_fkey",
      detail: 'Key (user_id)=(404) is not present in table "users".',
    },
  });
});

test("a migration whose role does not own the table fails with permission_denied and the place", async () => {
  await using db = await testDatabase();
  await using role = await testRole(db);
  await db.query(`CREATE TABLE items (id int); GRANT CREATE ON SCHEMA public TO ${role.name};
    GRANT CREATE ON DATABASE ${db.name} TO ${role.name}`);
  const folder = writeProject({
    ...FIRST,
    "0002_alter.sql": "CREATE TABLE second (id int);\nALTER TABLE items ADD COLUMN note text;",
  });
  await expectFailure(db, role.url, folder, {
    code: "permission_denied",
    message: "must be owner of table items",
    at: { file: expect.stringContaining("0002_alter.sql"), line: 2 },
  });
  await db.query(`ALTER TABLE items OWNER TO ${role.name}`);
  expect((await upHere(role.url, folder).done).applied).toEqual(["0002_alter"]);
});

test("a full disk ends the run with disk_full, and the run goes on when there is room", async (context) => {
  await using db = await testDatabase();
  const [row] = await db.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
  await using disk = mountTinyDisk(row?.folder ?? "");
  if (disk === undefined) {
    context.skip("this account may not mount a file system to fill");
    return;
  }
  const tablespace = `tiny_${db.name}`;
  await db.query(`CREATE TABLESPACE ${tablespace} LOCATION '${disk.path}'`);
  try {
    const folder = writeProject({
      ...FIRST,
      "0002_table.sql": `CREATE TABLE second (id int);
CREATE TABLE large TABLESPACE ${tablespace} AS SELECT g AS id, repeat('x', 1000) AS filler FROM generate_series(1, 20000) AS g;`,
      "0003_index.sql": `CREATE INDEX CONCURRENTLY large_idx ON large (filler, id) TABLESPACE ${tablespace};`,
    });
    await expectFailure(db, db.url, folder, {
      code: "disk_full",
      at: { file: expect.stringContaining("0002_table.sql"), line: 2 },
      data: { sqlstate: "53100" },
    });
    disk.grow();
    expect((await upHere(db.url, folder).done).applied).toEqual(["0002_table", "0003_index"]);
  } finally {
    await db.query("DROP TABLE IF EXISTS large");
    await db.query(`DROP TABLESPACE ${tablespace}`);
  }
});

test("a full disk under a concurrent build leaves no invalid index", async (context) => {
  await using db = await testDatabase();
  const [row] = await db.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
  await using disk = mountTinyDisk(row?.folder ?? "");
  if (disk === undefined) {
    context.skip("this account may not mount a file system to fill");
    return;
  }
  const tablespace = `tiny_${db.name}`;
  await db.query(`CREATE TABLESPACE ${tablespace} LOCATION '${disk.path}'`);
  await db.query(
    "CREATE TABLE large AS SELECT g AS id, md5(g::text) || md5((g + 1)::text) AS filler FROM generate_series(1, 150000) AS g",
  );
  try {
    const folder = writeProject({
      ...FIRST,
      "0002_index.sql": `CREATE INDEX CONCURRENTLY large_idx ON large (filler, id) TABLESPACE ${tablespace};`,
    });
    await expectFailure(db, db.url, folder, { code: "disk_full", at: { line: 1 } });
    expect(await db.query("SELECT FROM pg_index WHERE NOT indisvalid")).toEqual([]);
    disk.grow();
    expect((await upHere(db.url, folder).done).applied).toEqual(["0002_index"]);
  } finally {
    await db.query("DROP TABLE large");
    await db.query(`DROP TABLESPACE ${tablespace}`);
  }
});

test("a step that failed may be edited before it is tried again", async () => {
  await using db = await testDatabase();
  const folder = writeProject({ ...FIRST, "0002_bad.sql": "CREATE TABLE second (id int);\nSELECT 1 / 0;" });
  await expectFailure(db, db.url, folder, { code: "statement_failed", at: { line: 2 }, data: { sqlstate: "22012" } });
  addFiles(folder, { "0002_bad.sql": "CREATE TABLE second (id int);" });
  expect((await upHere(db.url, folder).done).applied).toEqual(["0002_bad"]);
});
