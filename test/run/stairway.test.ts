import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import type { MigrationLayout } from "../../src/migrations/migration.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { type StairwayOptions, stairway } from "../../src/run/stairway/stairway.ts";
import { waysOut } from "../../src/run/stairway/ways-out.ts";
import { Stop } from "../../src/run/stop.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, TEST_POLICY } from "../support/operations.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";

const walk = (folder: string, more: Partial<StairwayOptions> = {}) =>
  stairway({
    places: { named: inject("serverUrl") },
    migrations: readProject(folder),
    policy: TEST_POLICY,
    stop: new Stop(),
    ...more,
  });

const FILES: ProjectFiles = {
  "0001_a.sql": "CREATE TABLE a (id int, total int, note text);",
  "0002_wrong_way.sql": "ALTER TABLE a ADD COLUMN b int; CREATE INDEX a_b ON a (b);",
  "0002_wrong_way.down.sql": "ALTER TABLE a DROP COLUMN b; ALTER TABLE a ALTER COLUMN total TYPE bigint;",
  "0003_enum.sql": "CREATE TYPE mood AS ENUM ('sad');",
  "0004_no_way.sql": "ALTER TYPE mood ADD VALUE 'glad';",
  "0005_again.sql": "CREATE TABLE c (id int);",
  "0005_again.down.sql": "ALTER TABLE c RENAME TO d;",
};

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test("each stair that does not come back is named, with what is otherwise and why", async () => {
  const { stairs, first, notReached } = await walk(writeProject(FILES));
  expect(first).toBe("0002_wrong_way");
  expect(notReached).toEqual([]);
  expect(stairs.map(({ id, outcome, where }) => [id, outcome, where])).toEqual([
    ["0001_a", "same", null],
    ["0002_wrong_way", "differs", "down"],
    ["0003_enum", "same", null],
    ["0004_no_way", "irreversible", "down"],
    ["0005_again", "differs", "down"],
  ]);
  expect(stairs[1]?.differences).toMatchObject([
    { change: "changed", id: "column:public.a.total", fields: [{ field: "type", before: { text: "integer" } }] },
  ]);
  expect(stairs[3]?.irreversible).toMatchObject([
    {
      at: { line: 1 },
      reason: expect.stringMatching(/value/),
      action: expect.stringMatching(/^A value that nobody uses .* Its place is 0004_no_way\.down\.sql\.$/),
    },
  ]);
  expect(stairs[4]?.differences).toMatchObject([{ change: "added", id: "table:public.d" }]);
});

test("from the schema of a database only those go up and down that it does not have", async () => {
  const folder = writeProject(FILES);
  await applyAll(db, folder, { to: "0004_no_way" });
  await using session = await connect(db.url);
  const catalog = await readCatalog(session.query);
  const inForce = ["0001_a", "0002_wrong_way", "0003_enum", "0004_no_way"];
  const report = await walk(folder, { from: { catalog, inForce } });
  expect(report).toMatchObject({ from: "schema", first: "0005_again" });
  expect(report.stairs.map(({ id }) => id)).toEqual(["0005_again"]);
});

test("behind a migration that does not come up nothing is reached", async () => {
  const report = await walk(writeProject({ "0001_a.sql": "SELECT 1/0;", "0002_b.sql": "CREATE TABLE b (id int);" }));
  expect(report).toMatchObject({ first: "0001_a", notReached: ["0002_b"] });
  expect(report.stairs).toMatchObject([{ outcome: "fails", where: "up", error: { code: "statement_failed" } }]);
});

test("what can be done is told by what the statement does and by whose files they are", async () => {
  await loadParser();
  const [file] = readProject(writeProject({ "0001_a.sql": "SELECT 1;" }));
  const actions = (layout: MigrationLayout, ...sql: readonly string[]): readonly string[] =>
    waysOut(
      file === undefined ? undefined : { ...file, layout, file: "1.sql" },
      sql.map((text) => ({ sql: text, reason: "lost", at: { file: "1.sql", line: 1, column: 1 } })),
    ).map(({ action }) => action);
  const ours = ["INSERT INTO a VALUES (1)", "DELETE FROM a", "DROP TABLE a", "ALTER TABLE a DROP b", "DROP TYPE t"];
  expect(actions("lockkeeper", ...ours)).toEqual([
    expect.stringMatching(/^Delete in the way back/),
    expect.stringMatching(/^Where the rows may stay/),
    expect.stringMatching(/until `lockkeeper contract`/),
    expect.stringMatching(/until `lockkeeper contract`/),
    expect.stringMatching(/^Write its definition/),
  ]);
  expect(actions("goose", "ALTER TABLE a ALTER b TYPE int")).toEqual([
    "Write a way back with USING, which says what each value becomes there. Its place is the `-- +goose Down` section of 1.sql.",
  ]);
  expect(actions("prisma", "step 1")).toEqual([
    "Write the way back. Files of prisma have no way back: write one as a new migration.",
  ]);
});
