import { additions, family, type Pair } from "../pair.ts";

const T = {
  given:
    "CREATE SCHEMA app; CREATE TABLE app.v (a int PRIMARY KEY); CREATE TABLE t (a int PRIMARY KEY, b int, c text); CREATE TABLE u (a int PRIMARY KEY)",
  rows: "INSERT INTO t VALUES (1, 2, 'x')",
};
const p = (...ways: readonly string[]) => ways.map((way) => `CREATE PUBLICATION p ${way}`);
const s = (...ways: readonly string[]) =>
  ways.map(
    (way) =>
      `CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere' PUBLICATION ${way.includes("(") ? way.replace("(", "WITH (connect = false, slot_name = NONE, ") : `${way} WITH (connect = false, slot_name = NONE)`}`,
  );
const W = "CREATE FOREIGN DATA WRAPPER w";
const V = `${W}; CREATE SERVER v FOREIGN DATA WRAPPER w`;

export const REPLICATION_PAIRS: readonly Pair[] = [
  ...family(
    "publication",
    T,
    "SELECT",
    ...p(
      "",
      "FOR ALL TABLES",
      "FOR TABLE t",
      "FOR TABLE t, u",
      "FOR TABLE t (a, b)",
      "FOR TABLE t (a)",
      "FOR TABLE t WHERE (b > 0)",
      "FOR TABLE t WHERE (b > 1), u",
      "FOR TABLE t (a, b) WHERE (a > 1)",
      "FOR TABLES IN SCHEMA app",
      "FOR TABLES IN SCHEMA app, TABLE t",
      "WITH (publish = 'insert, update')",
      "WITH (publish = 'insert', publish_via_partition_root)",
      "FOR ALL TABLES WITH (publish = 'delete')",
    ),
  ),
  ...family(
    "publication of generated columns",
    { ...T, since: 18 },
    ...p("FOR TABLE t", "FOR TABLE t WITH (publish_generated_columns = stored)"),
  ),
  ...family(
    "publication comment and owner",
    T,
    ...p("", "; COMMENT ON PUBLICATION p IS 'x'", "; ALTER PUBLICATION p OWNER TO pg_monitor"),
  ),
  ...family(
    "publication of a column whose type changes",
    { rows: "INSERT INTO t VALUES (1, 2)" },
    ...["int", "bigint", "numeric"].map(
      (type) =>
        `CREATE TABLE t (a int PRIMARY KEY, b ${type}); CREATE PUBLICATION p FOR TABLE t (a, b) WHERE (b > 0); COMMENT ON PUBLICATION p IS 'x'`,
    ),
  ),
  ...family(
    "publication of a column and a table that go",
    {},
    "CREATE TABLE t (a int PRIMARY KEY, b int); CREATE TABLE u (a int); CREATE PUBLICATION p FOR TABLE t (a, b), u",
    "CREATE TABLE t (a int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE t (a)",
    "CREATE TABLE t (a int PRIMARY KEY, c int); CREATE PUBLICATION p FOR TABLE t (a, c)",
  ),
  ...family(
    "subscription",
    {},
    ...s(
      "p",
      "p, q",
      "r (enabled = false)",
      "p (binary)",
      "p (streaming = on)",
      "p (synchronous_commit = 'remote_apply')",
      "p (disable_on_error)",
    ),
    `${s("p")[0]}; COMMENT ON SUBSCRIPTION s IS 'x'`,
  ),
  ...family(
    "newer subscription options",
    { since: 17 },
    ...s("p", "p (origin = none)", "p (run_as_owner)", "p (password_required = false)"),
  ),
];

export const FOREIGN_PAIRS: readonly Pair[] = [
  ...family(
    "foreign data wrapper",
    {},
    "SELECT",
    W,
    `${W} OPTIONS (debug 'on')`,
    `${W} OPTIONS (debug 'off', other 'it''s')`,
    `${W} VALIDATOR postgresql_fdw_validator`,
    `${W}; COMMENT ON FOREIGN DATA WRAPPER w IS 'x'`,
    `${W}; GRANT USAGE ON FOREIGN DATA WRAPPER w TO pg_monitor`,
  ),
  ...family(
    "foreign server",
    { given: W },
    "SELECT",
    "CREATE SERVER v FOREIGN DATA WRAPPER w",
    "CREATE SERVER v TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER w",
    "CREATE SERVER v TYPE 'x' VERSION '2' FOREIGN DATA WRAPPER w",
    "CREATE SERVER v TYPE 'y' FOREIGN DATA WRAPPER w OPTIONS (host 'a')",
    "CREATE SERVER v FOREIGN DATA WRAPPER w OPTIONS (host 'b', port '5')",
    "CREATE SERVER v FOREIGN DATA WRAPPER w; COMMENT ON SERVER v IS 'x'; GRANT USAGE ON FOREIGN SERVER v TO pg_monitor",
  ),
  ...family(
    "user mapping",
    { given: V },
    "SELECT",
    "CREATE USER MAPPING FOR public SERVER v",
    "CREATE USER MAPPING FOR pg_monitor SERVER v",
    "CREATE USER MAPPING FOR pg_monitor SERVER v; CREATE USER MAPPING FOR public SERVER v",
  ),
  ...family(
    "foreign table",
    { given: V },
    "SELECT",
    "CREATE FOREIGN TABLE ft (a int) SERVER v",
    "CREATE FOREIGN TABLE ft (a int NOT NULL DEFAULT 3, b text) SERVER v",
    "CREATE FOREIGN TABLE ft (a int OPTIONS (x 'y'), b text) SERVER v OPTIONS (t 'u')",
    "CREATE FOREIGN TABLE ft (a int OPTIONS (x 'z'), b text) SERVER v OPTIONS (t 'w', s '1')",
    'CREATE FOREIGN TABLE ft (a bigint, b text COLLATE "C") SERVER v',
    "CREATE FOREIGN TABLE ft (a int CHECK (a > 0)) SERVER v; COMMENT ON FOREIGN TABLE ft IS 'x'; GRANT SELECT ON ft TO pg_monitor",
    "CREATE SERVER v2 FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE ft (a int) SERVER v2",
  ),
  ...family(
    "foreign partition",
    { given: V },
    "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE FOREIGN TABLE ft (a int) SERVER v",
    "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE FOREIGN TABLE ft PARTITION OF p FOR VALUES IN (1) SERVER v",
  ),
  ...family(
    "a wrapper with all that hangs on it",
    {},
    "SELECT",
    `${V}; CREATE USER MAPPING FOR public SERVER v; CREATE FOREIGN TABLE ft (a int) SERVER v; CREATE VIEW fv AS SELECT a FROM ft`,
  ),
  ...family(
    "the extension postgres_fdw",
    {},
    "CREATE EXTENSION postgres_fdw; CREATE SERVER v FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'a')",
    "CREATE EXTENSION postgres_fdw; CREATE SERVER v FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'b', fetch_size '10'); CREATE FOREIGN TABLE ft (a int OPTIONS (column_name 'x')) SERVER v OPTIONS (table_name 'y')",
    "SELECT",
  ),
];

export const EXTENSION_PAIRS: readonly Pair[] = [
  ...additions(
    "extension",
    {},
    "CREATE EXTENSION hstore",
    "CREATE SCHEMA x; CREATE EXTENSION citext SCHEMA x",
    "CREATE EXTENSION cube; CREATE EXTENSION earthdistance",
    "CREATE EXTENSION hstore; CREATE TABLE t (a hstore); CREATE INDEX ON t USING gin (a)",
    "CREATE EXTENSION pg_trgm; CREATE TABLE t (a text); CREATE INDEX ON t USING gin (a gin_trgm_ops)",
    "CREATE EXTENSION pgcrypto; CREATE TABLE t (a uuid DEFAULT gen_random_uuid(), b bytea DEFAULT gen_random_bytes(4))",
  ),
  ...family("extension version", { oneWay: true }, "CREATE EXTENSION hstore VERSION '1.4'", "CREATE EXTENSION hstore"),
  ...family(
    "extension schema",
    {},
    "CREATE SCHEMA x; CREATE EXTENSION hstore",
    "CREATE SCHEMA x; CREATE EXTENSION hstore SCHEMA x",
    "CREATE SCHEMA x; CREATE EXTENSION hstore SCHEMA x; CREATE TABLE t (a x.hstore)",
  ),
  ...family(
    "extension schema, with what is made of it",
    { rows: "INSERT INTO t (a, k) VALUES ('a=>1', 'x')" },
    ...[
      ["public", "public"],
      ["x", "public"],
      ["x", "y z"],
    ].map(
      ([hstore, others]) =>
        `CREATE SCHEMA x; CREATE SCHEMA "y z"; CREATE EXTENSION hstore SCHEMA ${hstore}; CREATE EXTENSION citext SCHEMA "${others}"; CREATE EXTENSION pg_trgm SCHEMA "${others}"; SET LOCAL search_path = public, x, "y z"; CREATE DOMAIN d AS hstore CHECK (VALUE ? 'a'); CREATE TYPE c AS (h hstore, k citext); CREATE TABLE t (a hstore DEFAULT '', k citext, ks citext[], d d, g text GENERATED ALWAYS AS (a -> 'x') STORED, CHECK (a ? 'a')); CREATE INDEX ON t USING gin (a); CREATE INDEX ON t (k); CREATE INDEX ON t USING gin (g gin_trgm_ops); CREATE VIEW v AS SELECT a -> 'x' AS x, akeys(a) AS y FROM t; CREATE FUNCTION f(hstore) RETURNS hstore LANGUAGE sql AS 'SELECT $1'; SET LOCAL search_path = public`,
    ),
  ),
  ...family(
    "extension comment",
    {},
    "CREATE EXTENSION hstore",
    "CREATE EXTENSION hstore; COMMENT ON EXTENSION hstore IS 'mine'",
    "CREATE EXTENSION hstore; COMMENT ON EXTENSION hstore IS NULL",
  ),
];

export const UNSUPPORTED_PAIRS: readonly Pair[] = additions(
  "not modelled",
  { difference: "unsupported" },
  // Secrets stand in these, which are not read.
  "CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)",
  "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER v FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR pg_monitor SERVER v OPTIONS (user 'x')",
  "CREATE TYPE e AS ENUM (); CREATE CAST (e AS int) WITH INOUT",
  "CREATE OPERATOR @@> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)",
  "CREATE OPERATOR CLASS oc FOR TYPE int USING btree AS OPERATOR 1 <",
  "CREATE OPERATOR FAMILY of USING btree",
  "CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple)",
  "CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple)",
  "CREATE TEXT SEARCH PARSER tp (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)",
  "CREATE TEXT SEARCH TEMPLATE tt (LEXIZE = dsimple_lexize)",
  "CREATE CONVERSION cv FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
  "CREATE LANGUAGE pl HANDLER plpgsql_call_handler",
  "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler",
  "CREATE TYPE shell",
  "CREATE TYPE base; CREATE FUNCTION base_in(cstring) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'int4in'; CREATE FUNCTION base_out(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'; CREATE TYPE base (INPUT = base_in, OUTPUT = base_out, LIKE = int)",
  "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET jit = off', current_database()); END $$",
  "DO $$ BEGIN EXECUTE format('ALTER ROLE postgres IN DATABASE %I SET jit = off', current_database()); END $$",
);
