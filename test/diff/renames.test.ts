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

/**
 * Leads a database to a schema by the comments in it and by options, back, and there again; nothing is left to do each time.
 *
 * @param kept a query that finds the same before and after
 */
async function lead(
  old: string,
  schema: string,
  options: readonly string[] = [],
  kept?: string,
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
  const { diff, undecided, back, from: first, to: wanted } = diffStates(...states, { renames: options });
  const sql = diff.statements.map((one) => one.sql);
  const before = kept && (await database.query(kept));
  const after = await catalogOf(database, ...sql);
  expect(kept && (await database.query(kept))).toEqual(before);
  expect(diffCatalogs(after, wanted).statements).toEqual([]);
  const returned = await catalogOf(database, ...back().statements.map((one) => one.sql));
  expect(diffCatalogs(returned, first).statements).toEqual([]);
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

describe("renamed columns of tables with others below", () => {
  const TREE = `
    CREATE TABLE people (id int PRIMARY KEY);
    CREATE TABLE orders (id int, customer_id int NOT NULL CHECK (customer_id > 0) REFERENCES people, at date, PRIMARY KEY (id, customer_id, at)) PARTITION BY HASH (customer_id);
    CREATE TABLE orders_0 PARTITION OF orders FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE orders_1 PARTITION OF orders FOR VALUES WITH (MODULUS 2, REMAINDER 1) PARTITION BY RANGE (at);
    CREATE TABLE orders_1_all PARTITION OF orders_1 DEFAULT;
    CREATE INDEX ON orders (customer_id, at);
    CREATE TABLE lines (n int, who int, at date, FOREIGN KEY (n, who, at) REFERENCES orders);
    CREATE TABLE base (a int CHECK (a > 0), n int);
    CREATE TABLE heir (b int) INHERITS (base);
    CREATE TABLE last_heir () INHERITS (heir);
    CREATE INDEX ON last_heir (a);`;
  const ROWS = `INSERT INTO people SELECT generate_series(1, 10);
    INSERT INTO orders SELECT n, n, '2026-01-01' FROM generate_series(1, 10) n;
    INSERT INTO lines VALUES (3, 3, '2026-01-01');
    INSERT INTO last_heir VALUES (1, 2, 3)`;
  const RENAMED = TREE.replaceAll("customer_id", "user_id")
    .replaceAll("(a int CHECK (a > 0)", "(aa int CHECK (aa > 0)")
    .replaceAll("(a)", "(aa)");
  const COLUMNS = ["orders.customer_id=orders.user_id", "base.a=base.aa"];
  const DONE = [
    "ALTER TABLE public.orders RENAME COLUMN customer_id TO user_id",
    "ALTER TABLE public.base RENAME COLUMN a TO aa",
    ...["orders", "orders_0", "orders_1", "orders_1_all"].map(
      (table) => `ALTER INDEX public.${table}_customer_id_at_idx RENAME TO ${table}_user_id_at_idx`,
    ),
    ...["orders", "orders_0", "orders_1", "orders_1_all"].map(
      (table) => `ALTER TABLE public.${table} RENAME CONSTRAINT orders_customer_id_fkey TO orders_user_id_fkey`,
    ),
    "ALTER INDEX public.last_heir_a_idx RENAME TO last_heir_aa_idx",
    "ALTER TABLE public.base RENAME CONSTRAINT base_a_check TO base_aa_check",
    "ALTER TABLE public.orders RENAME CONSTRAINT orders_customer_id_check TO orders_user_id_check",
  ];
  /** From PostgreSQL 18 on NOT NULL has a name too. */
  const isNotNullName = (sql: string): boolean => sql.includes("_not_null");

  test.each([
    ["parent's", COLUMNS],
    ["parent's and the partition's", [...COLUMNS, "orders_0.customer_id=orders_0.user_id", "heir.a=heir.aa"]],
  ])("are renamed there by the %s name alone", async (_, options) => {
    const { sql, database, undecided } = await lead(`${TREE} ${ROWS}`, RENAMED, options);
    expect(undecided).toEqual([]);
    expect(sql.filter((one) => !isNotNullName(one)).toSorted()).toEqual(DONE.toSorted());
    expect(await database.query("SELECT sum(user_id)::int AS n FROM orders")).toEqual([{ n: 55 }]);
    expect(await database.query("SELECT aa, n, b FROM last_heir")).toEqual([{ aa: 1, n: 2, b: 3 }]);
  });

  test("are asked about once", async () => {
    const { undecided } = await lead(TREE, RENAMED);
    expect(undecided).toEqual([
      { from: "column:public.base.a", to: "column:public.base.aa" },
      { from: "column:public.orders.customer_id", to: "column:public.orders.user_id" },
    ]);
  });

  test("go along with tables of the tree that get other names", async () => {
    const renamed = RENAMED.replaceAll("orders", "sales")
      .replaceAll("last_heir", "final_heir")
      .replaceAll("base", "root");
    const tables = ["orders", "orders_0", "orders_1", "orders_1_all"].map(
      (name) => `${name}=${name.replace("orders", "sales")}`,
    );
    const { sql, database, undecided } = await lead(`${TREE} ${ROWS}`, renamed, [
      ...tables,
      "last_heir=final_heir",
      "base=root",
      "orders.customer_id=sales.user_id",
      "base.a=root.aa",
    ]);
    expect(undecided).toEqual([]);
    expect(sql.filter((one) => !/ RENAME (CONSTRAINT |COLUMN )?/.test(one))).toEqual([]);
    expect(await database.query("SELECT sum(user_id)::int AS n FROM sales")).toEqual([{ n: 55 }]);
    expect(await database.query("SELECT aa, n, b FROM final_heir")).toEqual([{ aa: 1, n: 2, b: 3 }]);
  });
});

describe("renamed tables", () => {
  const OLD_TABLES = `
    CREATE TABLE customers (
      id bigint PRIMARY KEY, email text UNIQUE, age int CHECK (age > 0), boss bigint REFERENCES customers,
      CHECK (age < id), EXCLUDE USING btree (lower(email) WITH =), CONSTRAINT mine CHECK (age <> 7)
    );
    CREATE INDEX ON customers (lower(email));
    CREATE INDEX ON customers (age) INCLUDE (email);
    CREATE INDEX ON customers (age) INCLUDE (email);
    CREATE INDEX by_hand ON customers (boss);
    CREATE TABLE orders (customer_id bigint REFERENCES customers);
    CREATE MATERIALIZED VIEW ages AS SELECT 1 AS age;
    CREATE UNIQUE INDEX ON ages (age);`;
  const ROWS = "INSERT INTO customers VALUES (9, 'a', 5, 9); INSERT INTO orders VALUES (9)";
  const OPTIONS = [
    "customers=users",
    "customers.age=users.years",
    "ages=old_ages",
    "orders.customer_id=orders.user_id",
  ];

  const INDEXES =
    "SELECT string_agg(pg_relation_filenode(indexrelid)::text, ' ' ORDER BY indexrelid) AS files FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relnamespace = 'public'::regnamespace";

  test("take the names along that the server made of theirs, and build nothing again", async () => {
    const schema = OLD_TABLES.replaceAll("customers", "users")
      .replaceAll("customer_id", "user_id")
      .replaceAll("age int", "years int")
      .replaceAll("(age", "(years")
      .replace("VIEW ages", "VIEW old_ages")
      .replace("ON ages (years)", "ON old_ages (age)");
    const { sql, database } = await lead(`${OLD_TABLES} ${ROWS}`, schema, OPTIONS, INDEXES);
    expect(sql.filter((one) => !one.includes("_not_null"))).toEqual([
      "ALTER TABLE public.customers RENAME TO users",
      "ALTER MATERIALIZED VIEW public.ages RENAME TO old_ages",
      "ALTER INDEX public.customers_age_email_idx RENAME TO users_years_email_idx",
      "ALTER INDEX public.customers_age_email_idx1 RENAME TO users_years_email_idx1",
      "ALTER INDEX public.customers_lower_idx RENAME TO users_lower_idx",
      "ALTER INDEX public.ages_age_idx RENAME TO old_ages_age_idx",
      "ALTER TABLE public.users RENAME COLUMN age TO years",
      "ALTER TABLE public.orders RENAME COLUMN customer_id TO user_id",
      "ALTER TABLE public.users RENAME CONSTRAINT customers_age_check TO users_years_check",
      "ALTER TABLE public.users RENAME CONSTRAINT customers_boss_fkey TO users_boss_fkey",
      "ALTER TABLE public.users RENAME CONSTRAINT customers_check TO users_check",
      "ALTER TABLE public.users RENAME CONSTRAINT customers_email_key TO users_email_key",
      "ALTER TABLE public.users RENAME CONSTRAINT customers_lower_excl TO users_lower_excl",
      "ALTER TABLE public.users RENAME CONSTRAINT customers_pkey TO users_pkey",
      "ALTER TABLE public.orders RENAME CONSTRAINT orders_customer_id_fkey TO orders_user_id_fkey",
    ]);
    expect(await database.query("SELECT years FROM users JOIN orders ON user_id = id")).toEqual([{ years: 5 }]);
  });

  test("keep names that people gave, and build again what is another index by its content", async () => {
    const old = "CREATE TABLE a (n int, m int); CREATE INDEX a_hand ON a (n); CREATE INDEX ON a (m);";
    const schema = "CREATE TABLE b (n int, m int); CREATE INDEX b_hand ON b (n); CREATE UNIQUE INDEX ON b (m);";
    expect((await lead(old, schema, ["a=b"])).sql.toSorted()).toEqual([
      "ALTER TABLE public.a RENAME TO b",
      "CREATE INDEX b_hand ON public.b USING btree (n)",
      "CREATE UNIQUE INDEX b_m_idx ON public.b USING btree (m)",
      "DROP INDEX public.a_hand",
      "DROP INDEX public.a_m_idx",
    ]);
  });

  test("take them along into another schema, by names that are free there", async () => {
    const old = "CREATE SCHEMA app; CREATE TABLE a (n int PRIMARY KEY, m int UNIQUE); CREATE INDEX ON a (m);";
    const schema = old.replace("TABLE a", "TABLE app.b").replace("ON a", "ON app.b");
    const { sql } = await lead(`${old} CREATE VIEW app.b_m_key AS SELECT 1 AS n`, schema, ["public.a=app.b"]);
    expect(sql.filter((one) => !one.includes("_not_null"))).toEqual([
      "ALTER TABLE public.a SET SCHEMA app",
      "ALTER TABLE app.a RENAME TO b",
      "ALTER INDEX app.a_m_idx RENAME TO b_m_idx",
      "ALTER TABLE app.b RENAME CONSTRAINT a_pkey TO b_pkey",
      "DROP VIEW app.b_m_key",
      "ALTER TABLE app.b ADD CONSTRAINT b_m_key UNIQUE (m)",
      "ALTER TABLE app.b DROP CONSTRAINT a_m_key",
    ]);
  });
});

describe("renamed columns that come from several parents", () => {
  const tables = (x: string): string =>
    `CREATE TABLE a (${x} int NOT NULL, CONSTRAINT k CHECK (${x} > 0)); CREATE TABLE b (${x} int NOT NULL, CONSTRAINT k CHECK (${x} > 0), z int);
    CREATE TABLE c (CHECK (${x} < 100)) INHERITS (a, b); CREATE TABLE d () INHERITS (c);
    CREATE TABLE top (v int); CREATE TABLE l () INHERITS (top); CREATE TABLE r () INHERITS (top); CREATE TABLE lr () INHERITS (l, r);`;
  const ROWS = "INSERT INTO c VALUES (1, 2); INSERT INTO d VALUES (3, 4); INSERT INTO lr VALUES (5)";

  test("get the name in all of them, and keep their rows", async () => {
    const { sql, database } = await lead(`${tables("x")} ${ROWS}`, tables("y").replace("v int", "w int"), [
      "a.x=a.y",
      "b.x=b.y",
      "top.v=top.w",
    ]);
    expect(sql.filter((one) => !one.includes("_not_null"))).toEqual([
      "ALTER TABLE public.c NO INHERIT public.b",
      "ALTER TABLE public.a RENAME COLUMN x TO y",
      "ALTER TABLE public.b RENAME COLUMN x TO y",
      "ALTER TABLE public.top RENAME COLUMN v TO w",
      "ALTER TABLE public.c RENAME CONSTRAINT c_x_check TO c_y_check",
      "ALTER TABLE public.c INHERIT public.b",
    ]);
    expect(await database.query("SELECT y, z FROM b ORDER BY y")).toEqual([
      { y: 1, z: 2 },
      { y: 3, z: 4 },
    ]);
    expect(await database.query("SELECT w FROM top")).toEqual([{ w: 5 }]);
  });

  test("are refused where only one of them is to have the name", async () => {
    const old = "CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE TABLE c () INHERITS (a, b);";
    await expect(lead(old, old.replace("a (x", "a (y"), ["a.x=a.y"])).rejects.toMatchObject({
      code: "usage",
      message: "public.a.x cannot get another name: public.c has it from public.b too, where it keeps the old one.",
    });
  });

  test("get it where another loses the column", async () => {
    const old = "CREATE TABLE a (x int); CREATE TABLE b (x int, z int); CREATE TABLE c () INHERITS (a, b);";
    const { sql, database } = await lead(
      `${old} INSERT INTO c VALUES (1, 2)`,
      "CREATE TABLE a (y int); CREATE TABLE b (z int); CREATE TABLE c () INHERITS (a, b);",
      ["a.x=a.y"],
    );
    expect(sql).toEqual([
      "ALTER TABLE public.c NO INHERIT public.b",
      "ALTER TABLE public.a RENAME COLUMN x TO y",
      "ALTER TABLE public.b DROP COLUMN x",
      "ALTER TABLE public.c INHERIT public.b",
    ]);
    expect(await database.query("SELECT y, z FROM c")).toEqual([{ y: 1, z: 2 }]);
  });
});
