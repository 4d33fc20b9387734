import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { diffCatalogs } from "../../src/diff/diff-catalogs.ts";
import { connect, type Session } from "../../src/postgres/session.ts";
import { readAfter } from "../catalog/read-after.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

interface Case {
  readonly what: string;
  /** Run before either of the two. */
  readonly given?: string;
  readonly from: string;
  readonly to: string;
  /** Without what is in a line of its own, that is, the text of queries and bodies. */
  readonly statements: readonly string[];
}

const TRIGGERS = `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TABLE q (a int) PARTITION BY LIST (a); CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1); CREATE TABLE q2 PARTITION OF q DEFAULT;
  CREATE TRIGGER g BEFORE INSERT ON q FOR EACH ROW EXECUTE FUNCTION f()`;

const CASES: readonly Case[] = [
  {
    what: "a label is added where it belongs, and can be used after a commit",
    from: "CREATE TYPE e AS ENUM ('b', 'd')",
    to: "CREATE TYPE e AS ENUM ('a', 'b', 'c', 'd', 'e')",
    statements: [
      "ALTER TYPE public.e ADD VALUE 'a' BEFORE 'b'",
      "ALTER TYPE public.e ADD VALUE 'c' AFTER 'b'",
      "ALTER TYPE public.e ADD VALUE 'e'",
    ],
  },
  {
    what: "new columns come in their order, in a table with row security too",
    from: "CREATE TABLE t (z int)",
    to: "CREATE TABLE t (z int, y int, x int); CREATE TABLE u (b int, a int); ALTER TABLE u ENABLE ROW LEVEL SECURITY",
    statements: [
      "CREATE TABLE public.u (",
      "ALTER TABLE public.u ENABLE ROW LEVEL SECURITY",
      "ALTER TABLE public.t ADD COLUMN y integer",
      "ALTER TABLE public.t ADD COLUMN x integer",
    ],
  },
  {
    what: "an enum that loses a label is made anew beside the old one, and columns go over to it",
    from: "CREATE TYPE e AS ENUM ('a', 'b'); COMMENT ON TYPE e IS 'x'; CREATE TABLE t (m e DEFAULT 'a'); CREATE VIEW v AS SELECT m FROM t; COMMENT ON VIEW v IS 'y'",
    to: "CREATE TYPE e AS ENUM ('a'); COMMENT ON TYPE e IS 'x'; CREATE TABLE t (m e DEFAULT 'a'); CREATE VIEW v AS SELECT m FROM t; COMMENT ON VIEW v IS 'y'",
    statements: [
      "DROP VIEW public.v",
      "ALTER TABLE ONLY public.t ALTER COLUMN m DROP DEFAULT",
      "ALTER TYPE public.e RENAME TO e_old",
      "CREATE TYPE public.e AS ENUM ('a')",
      "COMMENT ON TYPE public.e IS 'x'",
      "ALTER TABLE public.t ALTER COLUMN m TYPE public.e USING m::text::public.e",
      "DROP TYPE public.e_old",
      "ALTER TABLE ONLY public.t ALTER COLUMN m SET DEFAULT 'a'::public.e",
      "CREATE VIEW public.v AS",
      "COMMENT ON VIEW public.v IS 'y'",
    ],
  },
  {
    what: "a domain over an enum goes over with the columns that have it",
    from: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS e; CREATE TABLE t (a d)",
    to: "CREATE TYPE e AS ENUM ('b', 'a'); CREATE DOMAIN d AS e; CREATE TABLE t (a d)",
    statements: [
      "ALTER TYPE public.e RENAME TO e_old",
      "CREATE TYPE public.e AS ENUM ('b', 'a')",
      "ALTER DOMAIN public.d RENAME TO d_old",
      "CREATE DOMAIN public.d AS public.e",
      "ALTER TABLE public.t ALTER COLUMN a TYPE public.d USING a::text::public.d",
      "DROP DOMAIN public.d_old",
      "DROP TYPE public.e_old",
    ],
  },
  {
    what: "a collation is made anew for the columns that have it",
    from: `CREATE COLLATION l (locale = 'C'); CREATE TABLE t (a text COLLATE l); CREATE INDEX i ON t (a)`,
    to: `CREATE COLLATION l (locale = 'POSIX'); CREATE TABLE t (a text COLLATE l); CREATE INDEX i ON t (a)`,
    statements: [
      "DROP INDEX public.i",
      "ALTER COLLATION public.l RENAME TO l_old",
      "CREATE COLLATION public.l (provider = libc, locale = 'POSIX')",
      "ALTER TABLE public.t ALTER COLUMN a TYPE text COLLATE public.l",
      "DROP COLLATION public.l_old",
      "CREATE INDEX i ON public.t USING btree (a)",
    ],
  },
  {
    what: "attributes of a composite type come and go in place",
    from: "CREATE TYPE c AS (x int, y int); CREATE TABLE t (a c)",
    to: "CREATE TYPE c AS (y int, z text); CREATE TABLE t (a c)",
    statements: ["ALTER TYPE public.c DROP ATTRIBUTE x, ADD ATTRIBUTE z text"],
  },
  {
    what: "a domain changes its default and constraints in place",
    from: "CREATE DOMAIN d AS int DEFAULT 1; ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID",
    to: "CREATE DOMAIN d AS int CONSTRAINT c CHECK (VALUE > 0)",
    statements: ["ALTER DOMAIN public.d DROP DEFAULT", "ALTER DOMAIN public.d VALIDATE CONSTRAINT c"],
  },
  {
    what: "a view gets further columns in place, and keeps its options",
    from: "CREATE VIEW v WITH (security_barrier) AS SELECT 1 AS a",
    to: "CREATE VIEW v WITH (security_barrier) AS SELECT 2 AS a, 3 AS b",
    statements: ["CREATE OR REPLACE VIEW public.v WITH (security_barrier = true) AS"],
  },
  {
    what: "a view whose column is called otherwise is replaced, with the view over it",
    from: "CREATE VIEW v AS SELECT 1 AS a; CREATE VIEW w AS SELECT a FROM v; GRANT SELECT (a) ON w TO pg_monitor",
    to: "CREATE VIEW v AS SELECT 1 AS z; CREATE VIEW w AS SELECT z AS a FROM v; GRANT SELECT (a) ON w TO pg_monitor",
    statements: [
      "DROP VIEW public.w",
      "DROP VIEW public.v",
      "CREATE VIEW public.v AS",
      "CREATE VIEW public.w AS",
      "GRANT SELECT (a) ON TABLE public.w TO pg_monitor",
    ],
  },
  {
    what: "a function whose default goes is replaced, with the default that calls it",
    from: "CREATE FUNCTION f(a int DEFAULT 1) RETURNS int RETURN a; CREATE TABLE t (a int DEFAULT f(2))",
    to: "CREATE FUNCTION f(a int) RETURNS int RETURN a; CREATE TABLE t (a int DEFAULT f(2))",
    statements: [
      "ALTER TABLE ONLY public.t ALTER COLUMN a DROP DEFAULT",
      "DROP FUNCTION public.f(integer)",
      "CREATE OR REPLACE FUNCTION public.f(a integer)",
      "ALTER TABLE ONLY public.t ALTER COLUMN a SET DEFAULT public.f(2)",
    ],
  },
  {
    what: "bodies that name each other are not looked into before all is there",
    from: "SELECT",
    to: "CREATE FUNCTION b() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT b()'",
    statements: [
      "SET check_function_bodies = off",
      "CREATE OR REPLACE FUNCTION public.a()",
      "CREATE OR REPLACE FUNCTION public.b()",
    ],
  },
  {
    what: "what is said of a partitioned table's trigger holds for its partitions",
    given: TRIGGERS,
    from: "SELECT",
    to: "ALTER TABLE q DISABLE TRIGGER g",
    statements: ["ALTER TABLE public.q DISABLE TRIGGER g"],
  },
  {
    what: "the trigger of one partition fires as it should",
    given: TRIGGERS,
    from: "ALTER TABLE q DISABLE TRIGGER g",
    to: "ALTER TABLE q1 DISABLE TRIGGER g",
    statements: ["ALTER TABLE ONLY public.q ENABLE TRIGGER g", "ALTER TABLE ONLY public.q2 ENABLE TRIGGER g"],
  },
  {
    what: "a published table comes back with the column that it could not be without",
    from: "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t WHERE (a > 1) WITH (publish = 'insert')",
    to: "CREATE TABLE t (a bigint); CREATE PUBLICATION p FOR TABLE t WHERE (a > 1) WITH (publish = 'insert')",
    statements: [
      "ALTER PUBLICATION p DROP TABLE public.t",
      "ALTER TABLE public.t ALTER COLUMN a TYPE bigint",
      "ALTER PUBLICATION p ADD TABLE public.t WHERE ((a > 1))",
    ],
  },
  {
    what: "default privileges go back to what they were without an entry",
    from: "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM public",
    to: "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor WITH GRANT OPTION",
    statements: [
      "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor WITH GRANT OPTION",
      "ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
    ],
  },
  {
    what: "an extension takes what is made of it along into another schema",
    from: "CREATE EXTENSION hstore; CREATE TABLE t (a hstore DEFAULT '', CHECK (a ? 'a')); CREATE INDEX i ON t USING gin (a); CREATE VIEW v AS SELECT akeys(a) AS keys FROM t",
    to: "CREATE SCHEMA x; CREATE EXTENSION hstore SCHEMA x; CREATE TABLE t (a x.hstore DEFAULT '', CHECK (a OPERATOR(x.?) 'a')); CREATE INDEX i ON t USING gin (a); CREATE VIEW v AS SELECT x.akeys(a) AS keys FROM t",
    statements: ["CREATE SCHEMA x AUTHORIZATION postgres", "ALTER EXTENSION hstore SET SCHEMA x"],
  },
  {
    what: "what is not modelled is dropped by its name",
    from: "CREATE TYPE e AS ENUM ('a'); CREATE CAST (e AS int) WITH INOUT",
    to: "SELECT",
    statements: ["DROP CAST (public.e AS integer)", "DROP TYPE public.e"],
  },
];

let db: TestDatabase;
let session: Session;
beforeAll(async () => {
  db = await testDatabase();
  session = await connect(db.url);
});
afterAll(async () => {
  await session.end();
  await db.drop();
});

describe("from one schema to the other", () => {
  test.each(CASES)("$what", async ({ given = "SELECT", from, to, statements }) => {
    const [before, wanted] = [await readAfter(session, given, from), await readAfter(session, given, to)];
    const diff = diffCatalogs(before, wanted);
    expect(diff.statements.map(({ sql }) => sql.split("\n")[0])).toEqual(statements);
    const made = await readAfter(session, given, from, ...diff.statements.map(({ sql }) => sql));
    expect(diffCatalogs(made, wanted)).toEqual({ changes: [], statements: [] });
  });
});

test("labels that are added ask for a commit", async () => {
  const [before, wanted] = [
    await readAfter(session, "CREATE TYPE e AS ENUM ('a')"),
    await readAfter(session, "CREATE TYPE e AS ENUM ('a', 'b')"),
  ];
  expect(diffCatalogs(before, wanted).statements).toEqual([
    { sql: "ALTER TYPE public.e ADD VALUE 'b'", commitAfter: true, for: ["type:public.e"] },
  ]);
});

test("what the catalog does not tell enough of is named and not made up", async () => {
  const wanted = await readAfter(
    session,
    "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', password 'geheim'); CREATE USER MAPPING FOR public SERVER s OPTIONS (user 'u')",
    "CREATE SUBSCRIPTION n CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)",
    "CREATE TYPE e AS ENUM (); CREATE CAST (e AS int) WITH INOUT",
  );
  const diff = diffCatalogs(await readCatalog(session.query), wanted);
  expect(diff.changes.filter(({ unsupported }) => unsupported).map(({ id }) => id)).toEqual([
    "cast:(public.e AS integer)",
    "foreign server:s",
    "subscription:n",
    "user mapping:s.public",
  ]);
  expect(diff.statements.map(({ sql }) => sql)).toEqual([
    "CREATE TYPE public.e AS ENUM ()",
    "CREATE FOREIGN DATA WRAPPER w",
    "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h')",
    "CREATE USER MAPPING FOR PUBLIC SERVER s",
  ]);
});

test("numbers go on behind those of a partition that leaves for other bounds meanwhile", async () => {
  const p = (n: string, bound: number): string =>
    `CREATE TABLE p (a int, n ${n}) PARTITION BY RANGE (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (${bound})`;
  const before = await readAfter(session, p("int", 10));
  for (const n of ["int GENERATED ALWAYS AS IDENTITY", "serial"]) {
    const { statements } = diffCatalogs(before, await readAfter(session, p(n, 20)));
    await session.query("BEGIN");
    for (const sql of [p("int", 10), "INSERT INTO p VALUES (1, 7)", ...statements.map((one) => one.sql)]) {
      await session.query(sql);
    }
    expect(await session.query("INSERT INTO p (a) VALUES (2) RETURNING n")).toEqual([{ n: 8 }]);
    await session.query("ROLLBACK");
  }
});
