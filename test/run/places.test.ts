import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CliEnd, runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";

/** The report of `up` for people, where the only migration is this file. */
async function reportOf(db: TestDatabase, name: string, text: string): Promise<string> {
  const cwd = writeProject({ [`migrations/${name}`]: text });
  const { code, stderr }: CliEnd = await runCli(["up"], { cwd, env: { DATABASE_URL: db.url } });
  expect(code).not.toBe(0);
  return stderr;
}

const STEPS = `const table: string = "items";
export default {
  steps: [
    { sql: \`CREATE TABLE \${table} (id int)\` },
    { sql: \`
      CREATE TABLE other (id int);
        ALTER TABLE \${table}
          ADD COLUMN id int;
    \` },
  ],
};
`;

test("a failure in the SQL of a TypeScript migration names the step, and line and column of its SQL, and shows it", async () => {
  await using db = await testDatabase();
  expect(await reportOf(db, "0001_items.ts", STEPS)).toContain(
    ["  migrations/0001_items.ts (SQL of step 2):3:9", "  3 │         ALTER TABLE items", "    │         ^"].join("\n"),
  );
  await using empty = await testDatabase();
  expect(await reportOf(empty, "0002_syntax.ts", STEPS.replace("ADD COLUMN", "ADDED"))).toContain(
    ["  migrations/0002_syntax.ts (SQL of step 2):4:11", "  4 │           ADDED id int;", "    │           ^"].join(
      "\n",
    ),
  );
});

test("a TypeScript migration that is not TypeScript, or throws while it is read, is shown at its line and column", async () => {
  await using db = await testDatabase();
  expect(
    await reportOf(db, "0001_x.ts", "const x: number = 1;\nexport default {\n  steps: [{ sql: 1 ],\n};\n"),
  ).toContain(["  migrations/0001_x.ts:3:20", "  3 │   steps: [{ sql: 1 ],", "    │                    ^"].join("\n"));
  expect(await reportOf(db, "0001_x.ts", "export const x = 1;\n  enum A { B }\n")).toContain(
    ["  migrations/0001_x.ts:2:3", "  2 │   enum A { B }", "    │   ^"].join("\n"),
  );
  expect(
    await reportOf(db, "0001_x.ts", "const x: number = 1;\n\n  throw new Error(String(x));\nexport {};\n"),
  ).toContain(["  migrations/0001_x.ts:3:9", "  3 │   throw new Error(String(x));", "    │         ^"].join("\n"));
});

test("failures in later steps of a file are shown with their line and a caret", async () => {
  await using db = await testDatabase();
  const first = "CREATE TABLE items (id int);\nCREATE INDEX CONCURRENTLY items_id ON items (id);\n";
  const later = (sql: string): Promise<string> => reportOf(db, "0001_items.sql", `${first}/* é */ SELECT 1; ${sql}\n`);
  expect(await later("SELECT nothing FROM items;")).toContain(
    [
      "  migrations/0001_items.sql:3:26",
      "  3 │ /* é */ SELECT 1; SELECT nothing FROM items;",
      "    │                          ^",
    ].join("\n"),
  );
  expect(await later("CREATE INDEX CONCURRENTLY items_x\n  ON items (nothing);")).toMatch(
    / {2}migrations\/0001_items\.sql:3:19.*\n {2}3 │ \/\* é \*\/ SELECT 1; CREATE INDEX CONCURRENTLY items_x\n {4}│ {19}\^/,
  );
  expect(await later("CREATE INDEX CONCURRENTLY items_y ON items (id) WHERE\n  nothing > 1;")).toContain(
    ["  migrations/0001_items.sql:4:3", "  4 │   nothing > 1;", "    │   ^"].join("\n"),
  );
});

test("a failure in a text of the server's, such as the condition of an index, is shown at the statement that met it", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE items (id int, m mood)");
  await db.query("CREATE INDEX ON items (id) WHERE m = 'ok'");
  const change = "ALTER TABLE items ALTER COLUMN m TYPE text USING m::text;";
  expect(await reportOf(db, "0001_items.sql", `SELECT 1;\n  ${change}\n`)).toContain(
    ["  migrations/0001_items.sql:2:3", `  2 │   ${change}`, "    │   ^"].join("\n"),
  );
});

test("a failure is shown with its line and a caret where the file is not at hand", async () => {
  await using db = await testDatabase();
  const cwd = writeProject({
    "migrations/0001_items.sql": "CREATE TABLE items (id int);\n",
    "migrations/0001_items.down.sql": "SELECT 1;\n    SELECT 1 / (SELECT 0);\n",
  });
  const options = { cwd, env: { DATABASE_URL: db.url } };
  expect(await runCliJson(["up"], options)).toMatchObject({ ok: true });
  for (const name of ["0001_items.sql", "0001_items.down.sql"]) {
    rmSync(join(cwd, "migrations", name));
  }
  const { stderr } = await runCli(["down", "--yes"], options);
  expect(stderr).toMatch(/\n {2}2 │ {5}SELECT 1 \/ \(SELECT 0\)\n {4}│ {5}\^\n/);
});
