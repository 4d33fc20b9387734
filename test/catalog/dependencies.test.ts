import { describe, expect, test } from "vitest";
import { connect } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";
import { readAfter } from "./read-after.ts";

const TABLE = "CREATE TABLE t (a int, b text, c int);";
const KEYED = "CREATE TABLE t (a int, b text, CONSTRAINT k PRIMARY KEY (a));";
const KEY = ["constraint:public.t.k ⇒ column:public.t.a", "constraint:public.t.t_a_not_null ⇒ column:public.t.a"];
const PLAIN = "CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';";

/** What is made, and each dependency as `from → to`; `⇒` when dropping `to` drops `from` without being told. */
const CASES: readonly (readonly [what: string, sql: string, dependencies: readonly string[]])[] = [
  [
    "a view on columns",
    `${TABLE} CREATE VIEW v AS SELECT a, c + 1 AS d FROM t`,
    ["view:public.v → column:public.t.a", "view:public.v → column:public.t.c"],
  ],
  [
    "a view on a view",
    `CREATE VIEW u AS SELECT 1 AS a; CREATE VIEW v AS SELECT a FROM u`,
    ["view:public.v → column:public.u.a"],
  ],
  [
    "a view on a key that makes it whole",
    `${KEYED} CREATE VIEW v AS SELECT b FROM t GROUP BY a`,
    [
      ...KEY,
      "view:public.v → column:public.t.a",
      "view:public.v → column:public.t.b",
      "view:public.v → constraint:public.t.k",
    ],
  ],
  ["a view on a function", `${PLAIN} CREATE VIEW v AS SELECT f(1)`, ["view:public.v → routine:public.f(integer)"]],
  [
    "a materialized view and its index",
    `${TABLE} CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX i ON m (a)`,
    ["index:public.i ⇒ column:public.m.a", "materialized view:public.m → column:public.t.a"],
  ],
  [
    "a default on a function",
    `${PLAIN} CREATE TABLE u (a int DEFAULT f(1))`,
    ["default:public.u.a → routine:public.f(integer)"],
  ],
  [
    "a default on a sequence",
    `CREATE SEQUENCE s; CREATE TABLE u (a int DEFAULT nextval('s'))`,
    ["default:public.u.a → sequence:public.s"],
  ],
  [
    "a serial column, whose sequence is part of it",
    `CREATE TABLE u (a serial)`,
    ["constraint:public.u.u_a_not_null ⇒ column:public.u.a", "default:public.u.a → sequence:public.u_a_seq"],
  ],
  [
    "an identity column",
    `CREATE TABLE u (a int GENERATED ALWAYS AS IDENTITY)`,
    ["constraint:public.u.u_a_not_null ⇒ column:public.u.a"],
  ],
  [
    "a generated column on a column",
    `CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a + 1) STORED)`,
    ["default:public.u.b → column:public.u.a"],
  ],
  [
    "a column on its type",
    `CREATE TYPE e AS ENUM (); CREATE TABLE u (a e, b e[])`,
    ["column:public.u.a → type:public.e", "column:public.u.b → type:public.e"],
  ],
  [
    "a column on a multirange",
    `CREATE TYPE r AS RANGE (SUBTYPE = float8); CREATE TABLE u (a r_multirange)`,
    ["column:public.u.a → type:public.r"],
  ],
  ["a column of a table's type", `${TABLE} CREATE TABLE u (a t)`, ["column:public.u.a → table:public.t"]],
  [
    "a column's collation",
    `CREATE COLLATION l (locale = 'C'); CREATE TABLE u (a text COLLATE l)`,
    ["column:public.u.a → collation:public.l"],
  ],
  [
    "a composite type on an enum",
    `CREATE TYPE e AS ENUM (); CREATE TYPE c AS (a e)`,
    ["type:public.c → type:public.e"],
  ],
  [
    "a domain and its check",
    `${PLAIN} CREATE DOMAIN d AS int CONSTRAINT c CHECK (f(VALUE) > 0)`,
    ["domain constraint:public.d.c → routine:public.f(integer)"],
  ],
  ["a typed table", `CREATE TYPE c AS (a int); CREATE TABLE u OF c`, ["table:public.u → type:public.c"]],
  [
    "a check on a function",
    `${PLAIN} CREATE TABLE u (a int CONSTRAINT c CHECK (f(a) > 0))`,
    ["constraint:public.u.c ⇒ column:public.u.a", "constraint:public.u.c → routine:public.f(integer)"],
  ],
  [
    "a foreign key on columns and on the key",
    `${KEYED} CREATE TABLE u (a int CONSTRAINT f REFERENCES t)`,
    [
      ...KEY,
      "constraint:public.u.f → column:public.t.a",
      "constraint:public.u.f ⇒ column:public.u.a",
      "constraint:public.u.f → constraint:public.t.k",
    ],
  ],
  [
    "an index on columns, in its expressions and its predicate too",
    `${TABLE} ${PLAIN} CREATE INDEX i ON t (f(a)) WHERE c > 0`,
    [
      "index:public.i ⇒ column:public.t.a",
      "index:public.i ⇒ column:public.t.c",
      "index:public.i → routine:public.f(integer)",
    ],
  ],
  [
    "an index on an operator class of one's own",
    `${TABLE} CREATE OPERATOR CLASS oc FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 btint4cmp(int, int); CREATE INDEX i ON t (c oc)`,
    [
      "index:public.i ⇒ column:public.t.c",
      "index:public.i → operator class:public.oc USING btree",
      "operator class:public.oc USING btree ⇒ operator family:public.oc USING btree",
    ],
  ],
  [
    "a trigger on its function and columns",
    `${TABLE} CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE TRIGGER tr AFTER UPDATE OF b ON t FOR EACH ROW EXECUTE FUNCTION g()`,
    ["trigger:public.t.tr → column:public.t.b", "trigger:public.t.tr → routine:public.g()"],
  ],
  [
    "a rule on another table",
    `${TABLE} CREATE TABLE u (a int); CREATE RULE r AS ON INSERT TO u DO ALSO INSERT INTO t (a) VALUES (NEW.a)`,
    ["rule:public.u.r → column:public.t.a", "rule:public.u.r → column:public.u.a"],
  ],
  [
    "a policy on another table",
    `${TABLE} CREATE TABLE u (a int); CREATE POLICY p ON u USING (EXISTS (SELECT FROM t WHERE t.a = u.a))`,
    ["policy:public.u.p → column:public.t.a", "policy:public.u.p → column:public.u.a"],
  ],
  [
    "a partition on its parent",
    `CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT`,
    ["table:public.p1 ⇒ table:public.p"],
  ],
  ["an heir on its parent", `${TABLE} CREATE TABLE u () INHERITS (t)`, ["table:public.u → table:public.t"]],
  [
    "a function on types, and on what its standard body uses",
    `${TABLE} CREATE TYPE e AS ENUM (); CREATE FUNCTION g(e) RETURNS int LANGUAGE sql RETURN (SELECT max(a) FROM t)`,
    ["routine:public.g(public.e) → column:public.t.a", "routine:public.g(public.e) → type:public.e"],
  ],
  [
    "an aggregate on its functions",
    `CREATE FUNCTION s(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE AGGREGATE g (int) (SFUNC = s, STYPE = int)`,
    ["routine:public.g(integer) → routine:public.s(integer, integer)"],
  ],
  [
    "an event trigger",
    `CREATE FUNCTION g() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION g()`,
    ["event trigger:e → routine:public.g()"],
  ],
  [
    "a statistics object",
    `${TABLE} CREATE STATISTICS x ON b, c FROM t`,
    ["statistics:public.x ⇒ column:public.t.b", "statistics:public.x ⇒ column:public.t.c"],
  ],
  [
    "a foreign table on its server",
    `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER v FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE u (a int) SERVER v; CREATE USER MAPPING FOR public SERVER v`,
    ["foreign server:v → foreign data wrapper:w", "table:public.u → foreign server:v"],
  ],
];

const ARROWS = { normal: "→", automatic: "⇒", extension: "⇢", member: "∈" } as const;

describe("a dependency is recorded of", () => {
  test.each(CASES)("%s", async (_, sql, expected) => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    const { dependencies } = await readAfter(session, sql);
    expect(dependencies.map(({ from, to, kind }) => `${from} ${ARROWS[kind]} ${to}`)).toEqual(expected);
  });
});
