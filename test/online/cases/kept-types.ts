import type { OnlineCase } from "../online-case.ts";

/** Types that stay until contract, because a column does that has them. */
export const KEPT_TYPE_CASES: readonly OnlineCase[] = [
  {
    name: "a domain that another one takes the place and the name of",
    given: `CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, a d); INSERT INTO t SELECT g, g FROM generate_series(1, 50) g;`,
    migration: `ALTER DOMAIN d RENAME TO d_old; CREATE DOMAIN d AS bigint;
      ALTER TABLE t ALTER a TYPE d USING a::text::d; DROP DOMAIN d_old`,
    anyOrder: true,
  },
  {
    name: "a range that no column has any more",
    given: `CREATE TYPE r AS RANGE (SUBTYPE = int); CREATE TABLE t (id int PRIMARY KEY, a r); INSERT INTO t SELECT g, r(g, g + 1) FROM generate_series(1, 50) g;`,
    migration: "ALTER TABLE t ALTER a TYPE text; DROP TYPE r",
  },
  {
    name: "a function that returns rows of a table with a column of another type",
    given: `CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT g, g FROM generate_series(1, 50) g;`,
    migration:
      "ALTER TABLE t ALTER a TYPE text; CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql BEGIN ATOMIC SELECT t.id, t.a FROM t; END",
    refused: /returns rows of t, which keeps lockkeeper_dropped_a until `contract`/,
  },
  {
    name: "a type of another kind under the same name",
    given: "CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, a d); INSERT INTO t VALUES (1, 2);",
    migration: "ALTER TABLE t ALTER a TYPE text; DROP DOMAIN d; CREATE TYPE d AS (n int); ALTER TABLE t ADD b d",
    refused: /name of the type d/,
  },
];
