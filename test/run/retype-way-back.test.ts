import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { down } from "../../src/run/down.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0 };

async function shop(given: string, migration: string) {
  const db = await testDatabase();
  await db.query(given);
  const before = await applicationSchema(db);
  const folder = writeProject({ "0001_it.sql": migration });
  return {
    db,
    before,
    up: async () => await applyAll(db, folder, { policy: POLICY }),
    down: () => down({ ...operationOn(db), policy: POLICY, migrations: readProject(folder) }),
    [Symbol.asyncDispose]: () => db.drop(),
  };
}

const COUNTED = "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 300) g;";

test("what was written since the cutover is there after the way back", async () => {
  await using it = await shop(`${COUNTED} ALTER TABLE t ALTER n SET NOT NULL;`, "ALTER TABLE t ALTER n TYPE bigint");
  await it.up();
  await it.db.query(
    "UPDATE t SET n = -7 WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t (id, n) VALUES (301, 9)",
  );
  // In the place of the old column, as clients write that list no columns.
  await it.db.query("INSERT INTO t VALUES (302, 10)");
  await it.down();
  expect(await it.db.query("SELECT * FROM t WHERE id > 300 OR id < 3 ORDER BY id")).toEqual([
    { id: 1, n: -7 },
    { id: 301, n: 9 },
    { id: 302, n: 10 },
  ]);
  expect(await applicationSchema(it.db)).toEqual(it.before);
});

test.each([
  ["", "with nothing in it that must be there"],
  ["ALTER TABLE t ALTER n SET NOT NULL;", "that must have a value"],
])("a value that the old type cannot have stops the way back, and nothing is lost (%s)", async (more) => {
  await using it = await shop(`${COUNTED} ${more}`, "ALTER TABLE t ALTER n TYPE bigint");
  await it.up();
  await it.db.query("UPDATE t SET n = 3000000000 WHERE id = 1; INSERT INTO t (id, n) VALUES (301, 4000000000)");
  const changed = await applicationSchema(it.db);
  await expect(it.down()).rejects.toMatchObject({
    code: "statement_failed",
    message: "a row of t has no way back of n to integer",
    data: { detail: "Key (id)=(1)." },
  });
  // Nothing was changed: clients write what they did, and all goes on.
  expect(await applicationSchema(it.db)).toEqual(changed);
  expect(await it.up()).toMatchObject({ applied: [] });
  await it.db.query("UPDATE t SET n = n + 1 WHERE id IN (1, 301)");
  expect(await it.db.query("SELECT id, n FROM t WHERE id IN (1, 301) ORDER BY id")).toEqual([
    { id: 1, n: "3000000001" },
    { id: 301, n: "4000000001" },
  ]);
  await it.db.query("UPDATE t SET n = 3 WHERE id = 1; DELETE FROM t WHERE id = 301");
  await it.down();
  expect(await it.db.query("SELECT id, n FROM t WHERE id IN (1, 2) ORDER BY id")).toEqual([
    { id: 1, n: 3 },
    { id: 2, n: 2 },
  ]);
  expect(await applicationSchema(it.db)).toEqual(it.before);
});

test("rows that nobody wrote since have the very values that they had, though no way leads to them", async () => {
  await using it = await shop(
    "CREATE TABLE t (id int PRIMARY KEY, c text); INSERT INTO t VALUES (1, 'yes'), (2, 'no'), (3, 'maybe'), (5, NULL)",
    "ALTER TABLE t ALTER c TYPE boolean USING coalesce(c = 'yes', true)",
  );
  await it.up();
  await it.db.query("UPDATE t SET id = 4 WHERE id = 3");
  await it.down();
  expect(await it.db.query("SELECT c FROM t ORDER BY id")).toEqual([
    { c: "yes" },
    { c: "no" },
    { c: "maybe" },
    { c: null },
  ]);
  await it.up();
  await it.db.query("UPDATE t SET c = NOT c WHERE id = 1");
  await expect(it.down()).rejects.toMatchObject({ code: "statement_failed" });
  expect(await it.db.query("SELECT c FROM t ORDER BY id")).toEqual([false, false, false, true].map((c) => ({ c })));
});

const CODES =
  "CREATE TABLE t (id int PRIMARY KEY, c text NOT NULL DEFAULT 'n0'); INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 300) g;";
const TO_NUMBERS = "ALTER TABLE t ALTER c DROP DEFAULT, ALTER c TYPE int USING substr(c, 2)::int";

test.each([
  [0, "in pieces"],
  [50, "at once"],
])("a way back that the author gives brings what was written since (brief %i: %s)", async (briefMs) => {
  const policy = { ...POLICY, briefMs };
  await using db = await testDatabase();
  await db.query(CODES);
  const before = await applicationSchema(db);
  const folder = writeProject({ "0001_it.sql": `-- lockkeeper: back t.c = 'n' || t.c\n${TO_NUMBERS}` });
  await applyAll(db, folder, { policy });
  await db.query("UPDATE t SET c = 1000 WHERE id = 1; INSERT INTO t (id, c) VALUES (301, 7), (302, -1)");
  await down({ ...operationOn(db), policy, migrations: readProject(folder) });
  expect(await db.query("SELECT c FROM t WHERE id IN (1, 2, 301, 302) ORDER BY id")).toEqual(
    ["n1000", "n2", "n7", "n-1"].map((c) => ({ c })),
  );
  expect(await applicationSchema(db)).toEqual(before);
});

test("a way back that the author gives is taken at its word, and stops where it fails", async () => {
  await using it = await shop(
    "CREATE TABLE t (id int PRIMARY KEY, c text); INSERT INTO t SELECT g, 'N' || g FROM generate_series(1, 300) g;",
    "-- lockkeeper: back c = nullif(c, 'none') || (1 / (id - 5))\nALTER TABLE t ALTER c TYPE varchar(20) COLLATE \"C\" USING lower(c)",
  );
  await it.db.query("DELETE FROM t WHERE id = 5");
  await it.up();
  await it.db.query("UPDATE t SET c = 'X' WHERE id = 6; UPDATE t SET c = 'none' WHERE id = 7");
  await it.db.query("INSERT INTO t (id, c) VALUES (5, 'fails')");
  await expect(it.down()).rejects.toMatchObject({ code: "statement_failed" });
  await it.db.query("DELETE FROM t WHERE id = 5");
  await it.down();
  expect(await it.db.query("SELECT c FROM t WHERE id IN (6, 7, 8) ORDER BY id")).toEqual([
    { c: "X1" },
    { c: null },
    { c: "N8" },
  ]);
});

test.each([
  ["back c = 'n' || d", "using_invalid", /0001_it\.sql:1: `back c = 'n' \|\| d`: d is no column of t/],
  ["back c = 'n' || random()", "using_invalid", /another value each time/],
  ["back c = c || true", "statement_failed", /operator does not exist: integer \|\| boolean/],
  ["back c = nullif(c, 7)::text", "statement_failed", /null value/],
  ["back nothing = 1", "directive_unknown", /`back` is for the column nothing, which no statement/],
  ["back c", "directive_unknown", /`back` is written `back column = expression`/],
])("%s is refused before anything is changed: %s", async (directive, code, message) => {
  await using it = await shop(CODES, `-- lockkeeper: ${directive}\n${TO_NUMBERS}`);
  await expect(it.up()).rejects.toMatchObject({ code, message: expect.stringMatching(message), at: { line: 1 } });
  expect(await applicationSchema(it.db)).toEqual(it.before);
});

test("a row that has no value of the new type stops the sweep, and the way back leaves the table as it was", async () => {
  await using it = await shop(
    "CREATE TABLE t (id int PRIMARY KEY, c text); INSERT INTO t SELECT g, CASE g WHEN 250 THEN 'x' ELSE g::text END FROM generate_series(1, 300) g; CREATE INDEX ON t (c);",
    "ALTER TABLE t ALTER c TYPE int USING c::int",
  );
  await expect(it.up()).rejects.toThrow();
  expect(await it.db.query("SELECT FROM pg_trigger WHERE tgname LIKE '~lockkeeper%'")).toHaveLength(1);
  await it.down();
  expect(await applicationSchema(it.db)).toEqual(it.before);
});

test("what does not fit together is found before anything is changed", async () => {
  await using it = await shop(
    `${COUNTED} CREATE INDEX ON t (id) WHERE n > 0;`,
    "ALTER TABLE t ALTER n TYPE text USING n::text",
  );
  await expect(it.up()).rejects.toThrow(/text > integer/);
  expect(await applicationSchema(it.db)).toEqual(it.before);
});

test("a column that is kept current until contract is not taken from its trigger", async () => {
  await using it = await shop(COUNTED, "ALTER TABLE t ALTER n TYPE bigint");
  await it.up();
  for (const sql of ["ALTER TABLE t RENAME n TO m", "ALTER TABLE t DROP COLUMN n", "ALTER TABLE t ALTER n TYPE text"]) {
    const folder = writeProject({ "0001_it.sql": "ALTER TABLE t ALTER n TYPE bigint", "0002_more.sql": sql });
    await expect(applyAll(it.db, folder, { policy: POLICY })).rejects.toMatchObject({ code: "plan_refused" });
  }
  await it.db.query("UPDATE t SET n = 5 WHERE id = 1");
});
