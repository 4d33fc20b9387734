import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { diffStates } from "../../src/desired/diff-states.ts";
import { rowsAtStake } from "../../src/desired/rename-candidates.ts";
import { resolveRenames } from "../../src/desired/resolve-renames.ts";
import type { State } from "../../src/desired/state.ts";
import { writtenRenames } from "../../src/desired/written-renames.ts";
import { diffCatalogs } from "../../src/diff/diff-catalogs.ts";
import { renameCandidates } from "../../src/diff/renames/rename-candidates.ts";
import type { Rename } from "../../src/diff/schema-diff.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const OLD = `
  CREATE SCHEMA sales;
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL CHECK (name <> ''), feels mood DEFAULT 'ok');
  CREATE INDEX users_name_idx ON users (lower(name)) WHERE name <> 'x';
  CREATE TABLE orders (id serial PRIMARY KEY, buyer int REFERENCES users (id), "Größe €" int);
  CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a * 2;
  CREATE FUNCTION how_many() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM public.users); END';
  CREATE TYPE state AS ENUM ('new', 'On Way');
  CREATE TYPE place AS (town text, street text);
  CREATE TABLE places OF place;
  CREATE TABLE parcels (state state DEFAULT 'On Way' CHECK (state > 'new'), goes_to place CHECK ((goes_to).street <> ''));
  CREATE VIEW moving AS SELECT (goes_to).street AS street, 'On Way'::state AS how FROM parcels;
  INSERT INTO parcels VALUES (DEFAULT, ('Rome', 'Main St'));
  INSERT INTO users VALUES (1, 'ann');
  INSERT INTO orders (buyer) VALUES (1)`;

const NEW = `
  CREATE SCHEMA shop;
  CREATE TYPE temper AS ENUM ('sad', 'ok');
  CREATE TABLE people (id int CONSTRAINT users_pkey PRIMARY KEY, full_name text NOT NULL CONSTRAINT users_name_check CHECK (full_name <> ''), feels temper DEFAULT 'ok');
  CREATE INDEX people_name ON people (lower(full_name)) WHERE full_name <> 'x';
  CREATE TABLE orders (id serial PRIMARY KEY, person int, "Größe" int);
  ALTER TABLE orders ADD CONSTRAINT buyer_is_known FOREIGN KEY (person) REFERENCES people (id);
  CREATE FUNCTION double(a int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a * 2;
  CREATE FUNCTION how_many() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM public.users); END';
  CREATE TYPE state AS ENUM ('new', 'moving');
  CREATE TYPE place AS (town text, road text);
  CREATE TABLE places OF place;
  CREATE TABLE parcels (stage state DEFAULT 'moving' CONSTRAINT parcels_state_check CHECK (stage > 'new'), goes_to place CONSTRAINT parcels_goes_to_check CHECK ((goes_to).road <> ''));
  CREATE VIEW moving AS SELECT (goes_to).road AS street, 'moving'::state AS how FROM parcels`;

/** From PostgreSQL 18 on NOT NULL has names too; they do not follow the columns. */
const NOT_NULL_18 = `
  ALTER TABLE people RENAME CONSTRAINT people_id_not_null TO users_id_not_null;
  ALTER TABLE people RENAME CONSTRAINT people_full_name_not_null TO users_name_not_null`;

const RENAMES: readonly Rename[] = [
  { from: "schema:sales", to: "schema:shop" },
  { from: "type:public.mood", to: "type:public.temper" },
  { from: "table:public.users", to: "table:public.people" },
  { from: "column:public.users.name", to: "column:public.people.full_name" },
  { from: "index:public.users_name_idx", to: "index:public.people_name" },
  { from: "column:public.orders.buyer", to: "column:public.orders.person" },
  { from: 'column:public.orders."Größe €"', to: 'column:public.orders."Größe"' },
  { from: "constraint:public.orders.orders_buyer_fkey", to: "constraint:public.orders.buyer_is_known" },
  { from: "routine:public.twice(integer)", to: "routine:public.double(integer)" },
  { from: "column:public.parcels.state", to: "column:public.parcels.stage" },
  { from: 'label:public.state."On Way"', to: "label:public.state.moving" },
  { from: "attribute:public.place.street", to: "attribute:public.place.road" },
];

let databases: TestDatabase[] = [];
let leading: TestDatabase[] = [];
let from: Catalog;
let to: Catalog;

async function catalogOf(database: TestDatabase, ...statements: readonly string[]): Promise<Catalog> {
  for (const sql of statements) {
    await database.query(sql);
  }
  await using session = await connect(database.url);
  return await readCatalog(session.query);
}

beforeAll(async () => {
  await loadParser();
  const [a, b] = [await testDatabase(), await testDatabase()];
  databases = [a, b];
  from = await catalogOf(a, OLD);
  to = await catalogOf(b, NEW, ...(from.facts.server.version >= 180_000 ? [NOT_NULL_18] : []));
});

afterAll(async () => {
  await Promise.all([...databases, ...leading].map((database) => database.drop()));
});

describe("renames", () => {
  test("that are told are all that is left to do, and the rows stay", async () => {
    const diff = diffCatalogs(from, to, { renames: RENAMES });
    expect(diff.statements.map(({ sql }) => sql)).toEqual([
      "ALTER SCHEMA sales RENAME TO shop",
      "ALTER TYPE public.mood RENAME TO temper",
      "ALTER TABLE public.users RENAME TO people",
      "ALTER INDEX public.users_name_idx RENAME TO people_name",
      "ALTER ROUTINE public.twice(integer) RENAME TO double",
      "ALTER TABLE public.people RENAME COLUMN name TO full_name",
      "ALTER TABLE public.orders RENAME COLUMN buyer TO person",
      'ALTER TABLE public.orders RENAME COLUMN "Größe €" TO "Größe"',
      "ALTER TABLE public.orders RENAME CONSTRAINT orders_buyer_fkey TO buyer_is_known",
      "ALTER TABLE public.parcels RENAME COLUMN state TO stage",
      "ALTER TYPE public.state RENAME VALUE 'On Way' TO 'moving'",
      "ALTER TYPE public.place RENAME ATTRIBUTE street TO road CASCADE",
    ]);
    expect(diff.changes.every(({ type }) => type === "renamed")).toBe(true);
    const [database] = databases;
    const after =
      database === undefined ? undefined : await catalogOf(database, ...diff.statements.map(({ sql }) => sql));
    expect(after && catalogFingerprint(after, { columnOrder: false })).toBe(
      catalogFingerprint(to, { columnOrder: false }),
    );
    expect(after && diffCatalogs(after, to)).toEqual({ changes: [], statements: [] });
    expect(await database?.query("SELECT full_name, person FROM people JOIN orders ON person = people.id")).toEqual([
      { full_name: "ann", person: 1 },
    ]);
  });

  test("are found by as much of the names as is needed", () => {
    const told = ["parcels.state=parcels.stage", "state.'On Way'=state.moving", "place.street=place.road"];
    expect(resolveRenames(from, to, [], told)).toEqual(RENAMES.slice(-3));
  });

  test("that nobody told are drops, and those say what is lost", () => {
    const lost = diffCatalogs(from, to).statements.flatMap(({ losesRows }) => losesRows ?? []);
    expect(lost).toContain("the rows of public.users");
    expect(lost).toContain("the values of public.orders.buyer");
    expect(lost).toContain("the values of public.place.street");
  });

  test("are proposed where exactly two things have the same content", () => {
    const proposed = renameCandidates(from, to);
    expect(proposed).toContainEqual({ from: "type:public.mood", to: "type:public.temper" });
    expect(proposed).toContainEqual({ from: "routine:public.twice(integer)", to: "routine:public.double(integer)" });
    expect(proposed).toContainEqual({ from: 'label:public.state."On Way"', to: "label:public.state.moving" });
    expect(rowsAtStake(from, to, []).filter(({ to: now }) => now.includes("place"))).toEqual([
      { from: "attribute:public.place.street", to: "attribute:public.place.road" },
    ]);
    // Two columns of the same type went, and two came.
    expect(proposed.filter((one) => one.from.startsWith("column:"))).toEqual([]);
  });
});

/** Leads a database to a schema by the comments in it and by options, back, and there again; nothing is left to do each time. */
async function lead(
  old: string,
  schema: string,
  options: readonly string[] = [],
): Promise<{
  readonly sql: readonly string[];
  readonly database: TestDatabase;
  readonly undecided: readonly Rename[];
}> {
  if (leading.length === 0) leading = [await testDatabase(), await testDatabase()];
  const [database, other] = leading as [TestDatabase, TestDatabase];
  for (const one of leading) {
    await one.query("DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  }
  const states = [
    { ...STATE, catalog: await catalogOf(database, old) },
    { ...STATE, catalog: await catalogOf(other, schema), renames: writtenRenames({ file: "s.sql", text: schema }) },
  ] as const;
  const { diff, undecided, back, from: before, to: wanted } = diffStates(...states, { renames: options });
  const sql = diff.statements.map((one) => one.sql);
  const after = await catalogOf(database, ...sql);
  expect(diffCatalogs(after, wanted).statements).toEqual([]);
  const returned = await catalogOf(database, ...back().statements.map((one) => one.sql));
  expect(diffCatalogs(returned, before).statements).toEqual([]);
  await catalogOf(database, ...sql);
  return { sql, database, undecided };
}

const STATE: Omit<State, "catalog"> = {
  grants: "said",
  renames: [],
  leftOut: [],
  managed: { schemas: [], parents: [], tables: [] },
};

describe("renamed columns", () => {
  const CUSTOMERS = "CREATE TABLE customers (id bigint, name text); INSERT INTO customers VALUES (1, 'ann');";

  test("are those of their own table, whatever other tables go", async () => {
    const suppliers = "CREATE TABLE archived (name text); CREATE TABLE suppliers (id bigint, name text, s int)";
    const { sql, database } = await lead(
      `${CUSTOMERS} ${suppliers}`,
      "CREATE TABLE customers (id bigint,\n full_name text -- lockkeeper: renamed from name\n);",
    );
    expect(sql).toEqual([
      "ALTER TABLE public.customers RENAME COLUMN name TO full_name",
      "DROP TABLE public.archived",
      "DROP TABLE public.suppliers",
    ]);
    expect(await database.query("SELECT full_name FROM customers")).toEqual([{ full_name: "ann" }]);
  });

  const BOTH = `
    -- lockkeeper: renamed from customers
    CREATE TABLE users (id bigint,
      full_name text -- lockkeeper: renamed from name
    );
    -- lockkeeper: renamed from suppliers
    CREATE TABLE vendors (id bigint, s int,
      full_name text -- lockkeeper: renamed from name
    );`;
  const SUPPLIERS = "CREATE TABLE suppliers (id bigint, s int, name text); INSERT INTO suppliers VALUES (2, 3, 'bob')";

  test.each([
    ["comments", BOTH, []],
    [
      "options",
      BOTH.replaceAll(/--.*/g, ""),
      ["customers=users", "suppliers=vendors", "customers.name=users.full_name", "suppliers.name=vendors.full_name"],
    ],
  ])("go along with two renamed tables that have the same columns, told by %s", async (_, schema, options) => {
    const { sql, database } = await lead(`${CUSTOMERS} ${SUPPLIERS}`, schema, options);
    expect(sql).toEqual([
      "ALTER TABLE public.customers RENAME TO users",
      "ALTER TABLE public.suppliers RENAME TO vendors",
      "ALTER TABLE public.users RENAME COLUMN name TO full_name",
      "ALTER TABLE public.vendors RENAME COLUMN name TO full_name",
    ]);
    expect(await database.query("SELECT full_name FROM users UNION ALL SELECT full_name FROM vendors")).toEqual([
      { full_name: "ann" },
      { full_name: "bob" },
    ]);
  });

  test("make a question of the table when nobody said what it is called now", async () => {
    const column = BOTH.replaceAll(/-- .* (customers|suppliers)/g, "");
    const { sql, undecided } = await lead(CUSTOMERS, column);
    expect(undecided).toEqual([
      { from: "table:public.customers", to: "table:public.users" },
      { from: "table:public.customers", to: "table:public.vendors" },
    ]);
    expect(sql.some((one) => one.includes("RENAME"))).toBe(false);
    await expect(lead(CUSTOMERS, column, ["customers.name=users.full_name"])).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("--rename public.customers=public.users"),
    });
  });

  test("stay in the schema where their table is, and comments that may mean several are refused", async () => {
    const old = "CREATE SCHEMA app; CREATE TABLE app.t (a int); CREATE TABLE t (a int); INSERT INTO t VALUES (1);";
    const inApp = "CREATE SCHEMA app; CREATE TABLE app.t (b int -- lockkeeper: renamed from a\n);";
    const unclear = `${inApp.replace("-- lockkeeper: renamed from a", "")}
      CREATE TABLE t (b int -- lockkeeper: renamed from a\n);`;
    await expect(lead(old, unclear)).rejects.toMatchObject({
      code: "rename_undecided",
      at: { file: "s.sql", line: 3 },
      data: { candidates: [{ from: "column:app.t.a" }, { from: "column:public.t.a" }] },
    });
    const said = `${inApp} CREATE TABLE t (b int -- lockkeeper: renamed from a\n);`;
    const both = ["ALTER TABLE app.t RENAME COLUMN a TO b", "ALTER TABLE public.t RENAME COLUMN a TO b"];
    expect((await lead(old, said)).sql).toEqual(both);
    expect((await lead(old, unclear, ["app.t.a=app.t.b"])).sql).toEqual(both);
    await expect(lead(old, unclear, ["t.a=t.b"])).rejects.toMatchObject({ code: "usage" });
  });

  test("have one new name", async () => {
    const two =
      "CREATE TABLE customers (id bigint,\n a text, -- lockkeeper: renamed from name\n b text -- lockkeeper: renamed from name\n)";
    await expect(lead(CUSTOMERS, two)).rejects.toMatchObject({ code: "rename_undecided", at: { line: 3 } });
    const { sql, database } = await lead(CUSTOMERS, two, ["customers.name=customers.b"]);
    expect(sql).toContain("ALTER TABLE public.customers RENAME COLUMN name TO b");
    expect(await database.query("SELECT a, b FROM customers")).toEqual([{ a: null, b: "ann" }]);
    const options = ["customers.name=customers.a", "customers.name=customers.b"];
    await expect(lead(CUSTOMERS, two, options)).rejects.toMatchObject({ code: "usage" });
  });
});
