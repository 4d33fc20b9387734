import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { type DownOptions, type DownResult, down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";

const SHOP = `CREATE TABLE customer (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int CONSTRAINT fk REFERENCES customer, total numeric NOT NULL, CONSTRAINT positive CHECK (total > 0));
CREATE INDEX orders_total ON orders (total);
INSERT INTO customer SELECT generate_series(1, 10); INSERT INTO orders SELECT g, g % 10 + 1, g FROM generate_series(1, 100) g; ANALYZE`;
const POLICY = { ...TEST_POLICY, briefMs: 0 };

const takeBack = (db: TestDatabase, folder: string, options: Partial<DownOptions> = {}): Promise<DownResult> =>
  down({ ...operationOn(db), policy: POLICY, migrations: readProject(folder), ...options });

async function applied(db: TestDatabase, files: ProjectFiles): Promise<string> {
  await db.query(SHOP);
  const folder = writeProject(files);
  await applyAll(db, folder, { policy: POLICY });
  return folder;
}

async function ran(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ plan: Plan }>("SELECT plan FROM lockkeeper.run WHERE direction = 'down' ORDER BY id");
  return rows.flatMap(({ plan }) =>
    plan.steps.flatMap((step) =>
      step.kind === "ddl"
        ? step.statements.map(({ sql }) => sql)
        : step.kind === "concurrent"
          ? [step.statement.sql]
          : [],
    ),
  );
}

test.each([
  ["an index", "DROP INDEX orders_total", [/^CREATE INDEX CONCURRENTLY orders_total ON/]],
  ["a check", "ALTER TABLE orders DROP CONSTRAINT positive", [/NOT VALID$/, /VALIDATE CONSTRAINT positive/]],
  ["a foreign key", "ALTER TABLE orders DROP CONSTRAINT fk", [/NOT VALID$/, /VALIDATE CONSTRAINT fk/]],
  ["NOT NULL", "ALTER TABLE orders ALTER total DROP NOT NULL", [/NOT VALID$/, /VALIDATE CONSTRAINT/]],
])("%s that was dropped comes back without stopping anybody", async (_what, sql, forms) => {
  await using db = await testDatabase();
  const folder = await applied(db, { "0001_a.sql": `${sql};` });
  expect(await takeBack(db, folder)).toEqual({ undone: ["0001_a"] });
  const statements = await ran(db);
  for (const form of forms) {
    expect(statements).toContainEqual(expect.stringMatching(form));
  }
});

test("an author's way back runs online too, and as it is written where it says so", async () => {
  await using db = await testDatabase();
  const folder = await applied(db, {
    "0001_a.sql": "ALTER TABLE orders ADD COLUMN note text;",
    "0001_a.down.sql": "CREATE INDEX orders_customer ON orders (customer_id);",
  });
  await takeBack(db, folder);
  expect(await ran(db)).toEqual(["CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id)"]);
  await db.query("DROP INDEX orders_customer; ALTER TABLE orders DROP COLUMN note");
  await applyAll(db, folder, { policy: POLICY });
  writeFileSync(
    join(folder, "0001_a.down.sql"),
    "-- lockkeeper: mode direct\nCREATE INDEX orders_customer ON orders (customer_id);",
  );
  await takeBack(db, folder);
  expect((await ran(db)).at(-1)).toBe("CREATE INDEX orders_customer ON orders (customer_id)");
});

test("each statement of an author's way back commits by itself where it says so", async () => {
  await using db = await testDatabase();
  const each = "-- lockkeeper: transaction each\n";
  const folder = await applied(db, {
    "0001_a.sql": "ALTER TABLE orders ADD COLUMN note text;",
    "0001_a.down.sql": `${each}ALTER TABLE orders DROP COLUMN note;\nDO $$ BEGIN COMMIT; END $$;\nDROP TABLE nowhere;`,
  });
  await expect(takeBack(db, folder)).rejects.toMatchObject({ code: "statement_failed", at: { line: 4 } });
  expect(await db.query("SELECT kind FROM lockkeeper.step WHERE run_id = 2 ORDER BY ordinal")).toEqual([
    { kind: "ddl" },
    { kind: "concurrent" },
  ]);
  writeFileSync(
    join(folder, "0001_a.down.sql"),
    `${each}ALTER TABLE orders DROP COLUMN note;\nDO $$ BEGIN COMMIT; END $$;`,
  );
  expect(await takeBack(db, folder)).toEqual({ undone: ["0001_a"] });
});

test.each(["depends 0001_a", "contract 0001_a"])(
  "a way back that says %s is refused before anything runs",
  async (what) => {
    await using db = await testDatabase();
    const files = { "0001_a.sql": "SELECT 1;", "0001_a.down.sql": `SELECT 2;` };
    await applied(db, files);
    const folder = writeProject({
      ...files,
      "0002_b.sql": "SELECT 1;",
      "0002_b.down.sql": `-- the way back\n-- lockkeeper: ${what}\nSELECT 2;`,
    });
    await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "directive_unknown", at: { line: 2 } });
    expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([{ id: "0001_a" }]);
  },
);

test("several ways back are planned one after the other, each on what those before it leave", async () => {
  await using db = await testDatabase();
  const folder = await applied(db, {
    "0001_a.sql": "DROP INDEX orders_total;",
    "0002_b.sql": "-- lockkeeper: mode direct\nALTER TABLE orders RENAME COLUMN total TO amount;",
    "0003_c.sql": "CREATE TABLE fresh (id int); CREATE INDEX fresh_id ON fresh (id);",
    "0004_d.sql": "ALTER TABLE fresh ADD COLUMN more int;",
    "0004_d.down.sql": "ALTER TABLE fresh DROP COLUMN id; ALTER TABLE fresh ADD CHECK (more > 0);",
  });
  expect(await takeBack(db, folder, { steps: 4 })).toEqual({ undone: ["0004_d", "0003_c", "0002_b", "0001_a"] });
  expect((await ran(db)).at(-1)).toMatch(/^CREATE INDEX CONCURRENTLY orders_total ON .*\(total\)/);
});

const FULL = "VACUUM FULL orders, customer;";

test("a way back without an online form is plan_refused with nothing changed, and runs with --direct", async () => {
  await using db = await testDatabase();
  const folder = await applied(db, {
    "0001_a.sql": "ALTER TABLE orders ADD COLUMN note text;",
    "0001_a.down.sql": `ALTER TABLE orders DROP COLUMN note;\n${FULL}`,
  });
  await expect(takeBack(db, folder)).rejects.toMatchObject({
    code: "plan_refused",
    at: { line: 2 },
    action: expect.stringMatching(/lockkeeper down --direct.*mode direct/),
  });
  expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([{ id: "0001_a" }]);
  expect(await takeBack(db, folder, { direct: true })).toEqual({ undone: ["0001_a"] });
  expect(await ran(db)).toEqual(["ALTER TABLE orders DROP COLUMN note", "VACUUM FULL orders, customer"]);
});

test("a way back that writes a table again leaves nothing standing", async () => {
  await using db = await testDatabase();
  const folder = await applied(db, {
    "0001_a.sql": "ALTER TABLE orders ADD COLUMN note text;",
    "0001_a.down.sql": "ALTER TABLE orders DROP COLUMN note;\nVACUUM FULL orders;",
  });
  expect(await takeBack(db, folder)).toEqual({ undone: ["0001_a"] });
  expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper\\_%'")).toEqual([]);
  expect(
    await db.query("SELECT tgname FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal"),
  ).toEqual([]);
  expect(await db.query("SELECT count(*)::int AS n, sum(total)::int AS sum FROM orders")).toEqual([
    { n: 100, sum: 5_050 },
  ]);
});

test("what was applied with mode direct is taken back directly, also without its file", async () => {
  await using db = await testDatabase();
  const folder = await applied(db, { "0001_a.sql": "-- lockkeeper: mode direct\nDROP INDEX orders_total;" });
  rmSync(join(folder, "0001_a.sql"));
  expect(await takeBack(db, folder)).toEqual({ undone: ["0001_a"] });
  expect(await ran(db)).toEqual([expect.stringMatching(/^CREATE INDEX orders_total ON/)]);
});

test("a directive of a way back that is none is found before anything runs", async () => {
  await using db = await testDatabase();
  await db.query(SHOP);
  const files = { "0001_a.sql": "SELECT 1;", "0001_a.down.sql": "-- lockkeeper: mod direct\nSELECT 1;" };
  await expect(applyAll(db, files)).rejects.toMatchObject({ code: "directive_unknown", at: { line: 1 } });
});
