import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { type StairwayOptions, stairway } from "../../src/run/stairway/stairway.ts";
import { Stop } from "../../src/run/stop.ts";
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
  expect(stairs[3]?.irreversible).toMatchObject([{ at: { line: 1 }, reason: expect.stringMatching(/value/) }]);
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
