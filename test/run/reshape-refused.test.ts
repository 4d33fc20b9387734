import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { type ReshapeStep, splitColumn } from "../../src/migrations/reshape.ts";
import { contract } from "../../src/run/contract.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

const GIVEN = `CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, made timestamptz DEFAULT now());
  INSERT INTO t SELECT g, 'A' || g FROM generate_series(1, 50) AS g;`;

type Changes = Partial<ReshapeStep["reshape"]>;

const GOOD: ReshapeStep["reshape"] = {
  table: "t",
  fill: { a: { type: "text", value: "upper(name)" } },
  back: { name: "lower(a)" },
  drop: ["name"],
};

const withStep = (changes: object) => ({
  "0001_it.ts": `export default { steps: [{ sql: "SELECT 1" }, ${JSON.stringify({ reshape: { ...GOOD, ...changes } })}] };`,
});

const fill = (value: string, type = "text"): Changes => ({ fill: { a: { type, value } } });

describe("a step that reshapes columns is refused before anything is run", () => {
  test.each<[object, RegExp]>([
    [{ table: "" }, /step 2: `table` is not the name/],
    [{ fill: {} }, /step 2: `fill` names no column/],
    [{ fill: { a: { type: "text" } } }, /step 2: the column a has no `value`/],
    [{ fill: { a: { type: 1, value: "name" } } }, /step 2: the `type` of the column a/],
    [{ fill: { a: { type: "text", value: "name", notNull: "yes" } } }, /step 2: `notNull` of the column a/],
    [{ back: {} }, /step 2: `back` names no column/],
    [{ back: { name: 1 } }, /step 2: what `back` gives name/],
    [{ drop: "name" }, /step 2: `drop` is not a list/],
  ])("%j is no step", async (changes, reason) => {
    await using db = await testDatabase();
    await db.query(GIVEN);
    await expect(applyAll(db, withStep(changes))).rejects.toMatchObject({
      code: "migration_module_invalid",
      message: expect.stringMatching(reason),
    });
  });

  test.each<[Changes, RegExp]>([
    [{ table: "nowhere" }, /there is no table nowhere/],
    [{ table: "t, pg_class" }, /is no name of a table/],
    [{ table: "t; DROP TABLE t" }, /is no name of a table/],
    [fill("name", "text; DROP TABLE t"), /is no type for a/],
    [fill("name", "text DEFAULT 'x'"), /is no type for a/],
    [fill("name) , (name"), /what a gets is no SQL expression/],
    [fill("name -- all of it"), /what a gets is no SQL expression/],
    [fill("upper("), /what a gets is no SQL expression/],
    [fill("nme"), /what a gets cannot be worked out from one row: nme is no column of t/],
    [fill("(SELECT max(name) FROM t)"), /has a query in it/],
    [fill("name || random()"), /gives another value each time/],
    [{ back: { name: "b" } }, /what name gets cannot be worked out from one row: b is no column of t/],
    [{ back: { nme: "a" }, drop: [] }, /t has no column nme/],
    [{ drop: ["made"] }, /made is to go, and `back` does not say/],
    [{ fill: { made: { type: "text", value: "name" } } }, /t has a column made already/],
    [{ fill: { a: { value: "name" } } }, /t has no column a/],
    [{ fill: { a: { type: "text", value: "name" }, made: { value: "now()" } } }, /all new, each with its `type`/],
    [{ fill: { name: { value: "name" } }, back: { name: "upper(name)" } }, /name is on both sides/],
    [
      { fill: { name: { value: "made::text" }, made: { value: "name::timestamptz" } }, back: { id: "id" }, drop: [] },
      /name is worked out from made, which is filled as well/,
    ],
  ])("%j does not fit the table", async (changes, reason) => {
    await using db = await testDatabase();
    await db.query(GIVEN);
    const before = await applicationSchema(db);
    await expect(applyAll(db, withStep(changes))).rejects.toMatchObject({
      code: "reshape_invalid",
      message: expect.stringMatching(reason),
      at: { file: expect.stringMatching(/0001_it\.ts \(step 2\)$/) },
    });
    expect(await applicationSchema(db)).toEqual(before);
  });

  test.each<[Changes, string, RegExp]>([
    [fill("name", "int"), "", /type integer but expression is of type text/],
    [fill("missing(name)"), "", /function missing/],
    [fill("id / (id - 7)", "int"), "", /division by zero/],
    [{ back: { name: "nullif(a, 'A9')" } }, "", /null value in column "name"/],
    [{ fill: { a: { type: "text", value: "nullif(name, 'A3')", notNull: true } } }, "", /contains null values/],
    [{}, "CREATE VIEW seen AS SELECT name FROM t", /other objects depend on it/],
  ])("%j is refused by the server, %s", async (changes, more, reason) => {
    await using db = await testDatabase();
    await db.query(`${GIVEN} ${more}`);
    const before = await applicationSchema(db);
    await expect(applyAll(db, withStep(changes))).rejects.toMatchObject({
      code: "statement_failed",
      message: expect.stringMatching(reason),
      at: { file: expect.stringMatching(/0001_it\.ts \(step 2\)$/) },
    });
    expect(await applicationSchema(db)).toEqual(before);
  });

  test.each<[Changes, string, RegExp]>([
    [{}, "CREATE TABLE heir () INHERITS (t)", /inherit/],
    [{ back: { nr: "1" }, drop: [] }, "ALTER TABLE t ADD nr int GENERATED ALWAYS AS IDENTITY", /from PostgreSQL/],
    [{ back: { nr: "1" }, drop: [] }, "ALTER TABLE t ADD nr int GENERATED ALWAYS AS (id) STORED", /from PostgreSQL/],
  ])("%j is refused after %s", async (changes, more, reason) => {
    await using db = await testDatabase();
    await db.query(`${GIVEN} ${more}`);
    await expect(applyAll(db, withStep(changes))).rejects.toMatchObject({
      code: "plan_refused",
      message: expect.stringMatching(reason),
    });
  });
});

test("a step by whose columns a trigger of an earlier one still goes is refused until contract", async () => {
  await using db = await testDatabase();
  await db.query(GIVEN);
  const chained = { fill: { b: { type: "text", value: "lower(a)" } }, back: { a: "upper(b)" }, drop: ["a"] };
  const modules = [GOOD, { table: "t", ...chained }].map(
    (reshape) => `export default { steps: [${JSON.stringify({ reshape })}] };`,
  );
  const folder = writeProject({ "0001_first.ts": modules[0] ?? "", "0002_second.ts": modules[1] ?? "" });
  await expect(applyAll(db, folder)).rejects.toMatchObject({
    code: "plan_refused",
    message: expect.stringMatching(/still keeps a current for an earlier change/),
    action: expect.stringMatching(/^Call `lockkeeper contract` first/),
  });
  const options = { ...operationOn(db), policy: TEST_POLICY, migrations: readProject(folder) };
  await applyAll(db, folder, { to: "0001_first" });
  await contract(options);
  await applyAll(db, folder);
  await db.query("INSERT INTO t (id, b) VALUES (100, 'x')");
  expect(await db.query("SELECT a, b FROM t WHERE id IN (3, 100) ORDER BY id")).toEqual([
    { a: "A3", b: "a3" },
    { a: "X", b: "x" },
  ]);
});

describe("a step that reshapes columns", () => {
  const STEP = splitColumn({
    table: "t",
    column: "name",
    into: {
      a: { type: "text", value: "left(name, 1)", notNull: true },
      b: { type: "int", value: "substr(name, 2)::int" },
    },
    back: "a || b",
  });
  const columns = (db: TestDatabase) =>
    db.query(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped",
    );

  test("is done at once where the table is empty, and where the author says so", async () => {
    for (const [head, given] of [
      ["", GIVEN.replace(/INSERT.*/s, "")],
      ["// lockkeeper: mode direct\n", GIVEN],
    ] as const) {
      await using db = await testDatabase();
      await db.query(given);
      const folder = writeProject({ "0001_it.ts": `${head}export default { steps: [${JSON.stringify(STEP)}] };` });
      await applyAll(db, folder);
      expect(await columns(db)).toEqual([{ name: "id" }, { name: "made" }, { name: "a" }, { name: "b" }]);
      const options = { ...operationOn(db), policy: TEST_POLICY, migrations: readProject(folder) };
      expect(await contract(options)).toEqual({ contracted: [], waiting: [] });
    }
  });

  test("works on partitioned tables, under any search_path of the writer", async () => {
    await using db = await testDatabase();
    await db.query(`CREATE TABLE t (id int, name text) PARTITION BY RANGE (id);
      CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (100); CREATE TABLE t_2 PARTITION OF t DEFAULT;
      INSERT INTO t SELECT g, 'A' || g FROM generate_series(1, 200) AS g;`);
    const folder = writeProject({ "0001_it.ts": `export default { steps: [${JSON.stringify(STEP)}] };` });
    await applyAll(db, folder);
    expect(await db.query("SELECT FROM t WHERE name IS DISTINCT FROM a || b OR b <> id")).toEqual([]);
    const client = await db.connect();
    await client.query("SET search_path = pg_temp");
    await client.query(
      "INSERT INTO public.t (id, a, b) VALUES (50, 'X', 1); UPDATE public.t SET name = 'Y2' WHERE id = 150",
    );
    await client.end();
    expect(await db.query("SELECT id, name, a, b FROM t WHERE a <> 'A' ORDER BY id")).toEqual([
      { id: 50, name: "X1", a: "X", b: 1 },
      { id: 150, name: "Y2", a: "Y", b: 2 },
    ]);
    await contract({ ...operationOn(db), policy: TEST_POLICY, migrations: readProject(folder) });
    expect(await columns(db)).toEqual([{ name: "id" }, { name: "a" }, { name: "b" }]);
    expect(await db.query("SELECT FROM pg_proc WHERE proname LIKE 'sync_t%'")).toEqual([]);
  });
});
