import { additions, family, type Pair, pair } from "../pair.ts";

const T = { given: "CREATE TABLE t (a int PRIMARY KEY, b text, c date)", rows: "INSERT INTO t VALUES (1, 'x')" };
const v = (...ways: readonly string[]) => ways.map((way) => `CREATE VIEW v ${way}`);
const CHAIN =
  "; CREATE VIEW w AS SELECT a FROM v; CREATE VIEW x AS SELECT w.a FROM w JOIN v USING (a); COMMENT ON VIEW w IS 'second'; GRANT SELECT ON w TO pg_monitor; GRANT SELECT (a) ON x TO pg_monitor; ALTER VIEW x OWNER TO pg_read_all_data";

export const VIEW_PAIRS: readonly Pair[] = [
  ...family(
    "view",
    T,
    "SELECT",
    ...v(
      "AS SELECT a FROM t",
      "AS SELECT a FROM t WHERE a > 0",
      "AS SELECT a, b FROM t",
      "AS SELECT a, b, c FROM t ORDER BY c",
      "AS SELECT b, a FROM t",
      "AS SELECT a AS x FROM t",
      "AS SELECT a::text AS a FROM t",
      "(y) AS SELECT count(*) FROM t",
      "AS SELECT 1 AS a",
    ),
  ),
  ...family(
    "view options",
    T,
    ...v(
      "AS SELECT a FROM t",
      "WITH (security_barrier) AS SELECT a FROM t",
      "WITH (security_invoker = on, security_barrier = on) AS SELECT a FROM t",
      "AS SELECT a FROM t WITH CHECK OPTION",
      "AS SELECT a FROM t WITH LOCAL CHECK OPTION",
      "WITH (security_invoker = false) AS SELECT a FROM t WHERE a > 1",
    ),
  ),
  ...family(
    "view comment, owner, grants, default",
    T,
    ...[
      "",
      "; COMMENT ON VIEW v IS 'x'",
      "; COMMENT ON COLUMN v.a IS 'y'",
      "; ALTER VIEW v OWNER TO pg_monitor",
      "; GRANT SELECT, INSERT ON v TO pg_monitor",
      "; ALTER VIEW v ALTER COLUMN b SET DEFAULT 'z'",
      "; GRANT SELECT (a) ON v TO pg_monitor; ALTER VIEW v ALTER COLUMN b SET DEFAULT 'q'",
    ].map((tail) => `CREATE VIEW v AS SELECT a, b FROM t${tail}`),
  ),
  ...family(
    "a view that is replaced keeps what it has",
    T,
    ...v("AS SELECT a, b FROM t", "AS SELECT b, a FROM t", "AS SELECT a FROM t").map(
      (view) =>
        `${view}; COMMENT ON VIEW v IS 'x'; COMMENT ON COLUMN v.a IS 'col'; GRANT SELECT ON v TO pg_monitor WITH GRANT OPTION; ALTER VIEW v OWNER TO pg_read_all_data; ALTER VIEW v ALTER a SET DEFAULT 5; ALTER VIEW v SET (security_barrier = on)`,
    ),
  ),
  ...family(
    "a chain of views over a view that changes",
    T,
    ...v(
      "AS SELECT a, b FROM t",
      "AS SELECT b, a FROM t",
      "AS SELECT a::bigint AS a FROM t",
      "AS SELECT a, b, c FROM t",
    ).map((view) => view + CHAIN),
  ),
  ...family(
    "a chain of views over a column whose type changes",
    { rows: "INSERT INTO t VALUES (1, 2)" },
    ...["int", "bigint", "numeric", "text"].map(
      (type) =>
        `CREATE TABLE t (id int, a ${type}); CREATE VIEW v AS SELECT id, a FROM t${CHAIN}; CREATE MATERIALIZED VIEW m AS SELECT a FROM x; CREATE UNIQUE INDEX mi ON m (a); COMMENT ON INDEX mi IS 'i'; GRANT SELECT ON m TO pg_monitor`,
    ),
  ),
  ...family(
    "a view over a column that goes",
    { rows: "INSERT INTO t (id) VALUES (1)" },
    "CREATE TABLE t (id int, a int); CREATE VIEW v AS SELECT id, a FROM t; CREATE VIEW w AS SELECT * FROM v",
    "CREATE TABLE t (id int); CREATE VIEW v AS SELECT id FROM t; CREATE VIEW w AS SELECT * FROM v",
    "CREATE TABLE t (id int, b int); CREATE VIEW v AS SELECT id, b AS a FROM t; CREATE VIEW w AS SELECT * FROM v",
  ),
  ...family("a view that needs a primary key", T, "SELECT", "CREATE VIEW v AS SELECT a, b, c FROM t GROUP BY a"),
  ...family(
    "a view that needs a primary key that changes",
    { rows: "INSERT INTO t VALUES (1, 1)" },
    "CREATE TABLE t (a int PRIMARY KEY, b int); CREATE VIEW v AS SELECT a, b, count(*) FROM t GROUP BY a",
    "CREATE TABLE t (a int CONSTRAINT k PRIMARY KEY, b int); CREATE VIEW v AS SELECT a, b, count(*) FROM t GROUP BY a",
    "CREATE TABLE t (a int, b int PRIMARY KEY); CREATE VIEW v AS SELECT a, b, count(*) FROM t GROUP BY b",
    "CREATE TABLE t (a int, b int)",
  ),
  pair(
    "a view over a new column",
    "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t",
    "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a, b FROM t",
  ),
  ...family(
    "a view becomes a table under its name",
    {},
    "CREATE TABLE s (a int); CREATE VIEW v AS SELECT a FROM s; CREATE VIEW w AS SELECT a FROM v",
    "CREATE TABLE s (a int); CREATE TABLE v (a int); CREATE VIEW w AS SELECT a FROM v",
    "CREATE TABLE s (a int); CREATE MATERIALIZED VIEW v AS SELECT a FROM s; CREATE VIEW w AS SELECT a FROM v",
  ),
  ...family(
    "view over a function",
    {},
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f() AS a",
    "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'; CREATE VIEW v AS SELECT f() AS a; COMMENT ON VIEW v IS 'x'",
    "CREATE FUNCTION f() RETURNS TABLE (a int, b int) LANGUAGE sql AS 'SELECT 1, 2'; CREATE VIEW v AS SELECT * FROM f()",
  ),
  ...family(
    "recursive view and others",
    T,
    ...v(
      "AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT n FROM r",
      "AS SELECT a, row_number() OVER (PARTITION BY b ORDER BY c) AS n FROM t",
      "AS SELECT t.* FROM t LEFT JOIN LATERAL (SELECT 1) x ON true",
      "AS SELECT a FROM t UNION SELECT 2 ORDER BY 1 LIMIT 3",
    ),
  ),
  ...family(
    "materialized view",
    T,
    "SELECT",
    "CREATE MATERIALIZED VIEW m AS SELECT a FROM t",
    "CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t",
    "CREATE MATERIALIZED VIEW m AS SELECT a FROM t WITH NO DATA",
    "CREATE MATERIALIZED VIEW m WITH (fillfactor = 50) AS SELECT a FROM t",
    "CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE UNIQUE INDEX mi ON m (a)",
    "CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE UNIQUE INDEX mj ON m (a); ALTER TABLE m CLUSTER ON mj",
    "CREATE MATERIALIZED VIEW m AS SELECT a FROM t; COMMENT ON MATERIALIZED VIEW m IS 'x'; COMMENT ON COLUMN m.a IS 'c'",
    "CREATE MATERIALIZED VIEW m AS SELECT a FROM t; ALTER MATERIALIZED VIEW m OWNER TO pg_monitor; GRANT SELECT ON m TO pg_read_all_data",
    "CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t; ALTER MATERIALIZED VIEW m ALTER b SET STATISTICS 7, ALTER b SET STORAGE EXTERNAL",
  ),
  ...family(
    "a materialized view that is replaced keeps its indexes",
    T,
    ...["a, b", "a, b, c", "b, a"].map(
      (list) =>
        `CREATE MATERIALIZED VIEW m AS SELECT ${list} FROM t; CREATE INDEX i ON m (b); CREATE UNIQUE INDEX u ON m (a); COMMENT ON INDEX i IS 'x'; GRANT SELECT ON m TO pg_monitor; CREATE VIEW over AS SELECT a FROM m; CREATE STATISTICS ms ON a, b FROM m`,
    ),
  ),
  ...family(
    "rule",
    T,
    "SELECT",
    "CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING",
    "CREATE RULE r AS ON INSERT TO t WHERE NEW.a > 5 DO INSTEAD NOTHING",
    "CREATE RULE r AS ON DELETE TO t DO ALSO SELECT 1",
    "CREATE RULE r AS ON DELETE TO t DO ALSO SELECT 1; COMMENT ON RULE r ON t IS 'x'",
    "CREATE RULE r AS ON DELETE TO t DO ALSO SELECT 1; ALTER TABLE t DISABLE RULE r",
    "CREATE RULE r AS ON DELETE TO t DO ALSO SELECT 1; ALTER TABLE t ENABLE ALWAYS RULE r",
    "CREATE RULE r AS ON DELETE TO t DO ALSO SELECT 1; ALTER TABLE t ENABLE REPLICA RULE r",
  ),
  ...family(
    "rule of a view that is replaced",
    T,
    ...v("AS SELECT a, b FROM t", "AS SELECT b, a FROM t").map(
      (view) =>
        `${view}; CREATE RULE ins AS ON INSERT TO v DO INSTEAD INSERT INTO t (a, b) VALUES (NEW.a, NEW.b); COMMENT ON RULE ins ON v IS 'x'`,
    ),
  ),
];

const f = (...ways: readonly string[]) =>
  ways.map((way) => `CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql ${way} AS 'SELECT $1'`);

export const ROUTINE_PAIRS: readonly Pair[] = [
  ...family(
    "function",
    {},
    "SELECT",
    ...f(
      "",
      "IMMUTABLE",
      "STABLE STRICT",
      "SECURITY DEFINER",
      "LEAKPROOF",
      "PARALLEL SAFE",
      "PARALLEL RESTRICTED COST 7",
      "SET search_path = public, pg_temp",
      "SET work_mem = '1MB' SET search_path = ''",
      "IMMUTABLE STRICT PARALLEL SAFE COST 1",
    ),
    "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1'",
    "CREATE FUNCTION f(y int) RETURNS int LANGUAGE sql AS 'SELECT $1'",
    "CREATE FUNCTION f(x int DEFAULT 3) RETURNS int LANGUAGE sql AS 'SELECT $1'",
    "CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql AS 'SELECT $1::bigint'",
    "CREATE FUNCTION f(x int) RETURNS SETOF int LANGUAGE sql ROWS 5 AS 'SELECT $1'",
    "CREATE FUNCTION f(x int, OUT y int) LANGUAGE sql AS 'SELECT $1'",
    "CREATE FUNCTION f(x int) RETURNS TABLE (a int, b text) LANGUAGE sql AS $$SELECT 1, 'x'$$",
    "CREATE FUNCTION f(x int, VARIADIC y int[]) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION f(INOUT x int) LANGUAGE plpgsql AS 'BEGIN x := 1; END'",
    "CREATE FUNCTION f(x int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN x; END'",
    "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql RETURN x + 1",
    "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT x + 2; END",
    "CREATE FUNCTION f(x text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS $x$SELECT $$1$$::int -- it's \\ $x$",
  ),
  ...family(
    "overloaded functions",
    {},
    "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 2'",
    "CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
  ),
  ...family(
    "defaults of arguments",
    {},
    ...[
      "a int, b int",
      "a int, b int DEFAULT 1",
      "a int DEFAULT 0, b int DEFAULT 1",
      "a int DEFAULT 5, b int DEFAULT length('x')",
      "a int, b int DEFAULT 2",
    ].map(
      (list) =>
        `CREATE FUNCTION f(${list}) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f(1, 2) AS a`,
    ),
  ),
  ...family(
    "support function and window",
    {},
    "CREATE FUNCTION f(internal) RETURNS internal LANGUAGE internal STRICT AS 'generate_series_int4_support'; CREATE FUNCTION g(int) RETURNS SETOF int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION f(internal) RETURNS internal LANGUAGE internal STRICT AS 'generate_series_int4_support'; CREATE FUNCTION g(int) RETURNS SETOF int LANGUAGE sql SUPPORT f AS 'SELECT 1'",
  ),
  ...family(
    "comment, owner and grants of a function",
    {},
    ...[
      "",
      "; COMMENT ON FUNCTION f(int) IS 'x'",
      "; ALTER FUNCTION f(int) OWNER TO pg_monitor",
      "; GRANT EXECUTE ON FUNCTION f(int) TO pg_monitor",
      "; REVOKE EXECUTE ON FUNCTION f(int) FROM public",
      "; REVOKE ALL ON FUNCTION f(int) FROM public; GRANT EXECUTE ON FUNCTION f(int) TO pg_monitor WITH GRANT OPTION",
    ].map((tail) => `CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 1'${tail}`),
  ),
  ...family(
    "a function that is replaced keeps what it has",
    {},
    ...["int", "bigint", "text"].map(
      (type) =>
        `CREATE FUNCTION f(x int) RETURNS ${type} LANGUAGE sql AS 'SELECT $1::${type}'; COMMENT ON FUNCTION f(int) IS 'x'; ALTER FUNCTION f(int) OWNER TO pg_read_all_data; REVOKE EXECUTE ON FUNCTION f(int) FROM public; GRANT EXECUTE ON FUNCTION f(int) TO pg_monitor`,
    ),
  ),
  ...family(
    "functions over tables and tables over functions",
    { rows: "INSERT INTO t (a) VALUES (1)" },
    "CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql BEGIN ATOMIC SELECT * FROM t; END",
    "CREATE TABLE t (a int, b int); CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql BEGIN ATOMIC SELECT a, b FROM t; END",
    "CREATE TABLE t (a bigint); CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql BEGIN ATOMIC SELECT a FROM t; END; CREATE VIEW v AS SELECT a FROM f()",
    "CREATE TABLE t (a int); CREATE FUNCTION f(r t) RETURNS int LANGUAGE sql AS 'SELECT r.a'",
    "CREATE TABLE t (a int); CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM t'; ALTER TABLE t ADD b int DEFAULT g()",
  ),
  ...family(
    "functions that call each other",
    {},
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION g() RETURNS int LANGUAGE sql RETURN f()",
    "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'; CREATE FUNCTION g() RETURNS bigint LANGUAGE sql RETURN f(); CREATE FUNCTION h() RETURNS bigint LANGUAGE sql RETURN g() + f()",
    "CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION z() RETURNS int LANGUAGE sql AS 'SELECT a()'; CREATE FUNCTION m() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN not_there(); END'",
  ),
  pair(
    "a function whose text names what comes later",
    "SELECT",
    "CREATE TABLE zz (a int); CREATE FUNCTION aa() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM zz'; CREATE FUNCTION ab() RETURNS zz LANGUAGE sql AS 'SELECT * FROM zz'; CREATE FUNCTION zzf() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION ac() RETURNS int LANGUAGE sql AS 'SELECT zzf()'",
  ),
  ...family(
    "procedure",
    {},
    "SELECT",
    "CREATE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 1'",
    "CREATE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 2'",
    "CREATE PROCEDURE p(a int, INOUT b int) LANGUAGE plpgsql AS 'BEGIN b := 1; END'",
    "CREATE PROCEDURE p(a int) LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 2'",
    "CREATE FUNCTION p(a int) RETURNS int LANGUAGE sql AS 'SELECT 2'",
    "CREATE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 1'; COMMENT ON PROCEDURE p(int) IS 'x'; GRANT EXECUTE ON PROCEDURE p(int) TO pg_monitor; ALTER PROCEDURE p(int) OWNER TO pg_monitor",
  ),
  ...family(
    "aggregate",
    {},
    "SELECT",
    "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int)",
    "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')",
    "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE)",
    "CREATE AGGREGATE g (int) (SFUNC = int4larger, STYPE = int, SORTOP = >)",
    "CREATE AGGREGATE g (ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = mode_final, FINALFUNC_EXTRA)",
    "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, INITCOND = '0', MINITCOND = '0')",
    "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int); COMMENT ON AGGREGATE g(int) IS 'x'; ALTER AGGREGATE g(int) OWNER TO pg_monitor; GRANT EXECUTE ON FUNCTION g(int) TO pg_read_all_data",
    "CREATE AGGREGATE g (*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0')",
  ),
  ...family(
    "aggregate over a function of one's own, in a view",
    { given: "CREATE TABLE t (a int)" },
    "CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2'; CREATE AGGREGATE g (int) (SFUNC = plus, STYPE = int); CREATE VIEW v AS SELECT g(a) AS s FROM t",
    "CREATE FUNCTION plus(x int, y int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2'; CREATE AGGREGATE g (int) (SFUNC = plus, STYPE = int, INITCOND = '5'); CREATE VIEW v AS SELECT g(a) AS s FROM t; COMMENT ON VIEW v IS 'x'",
    "CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2'",
  ),
  ...additions(
    "routine with quoted names",
    {},
    'CREATE FUNCTION "F g"("X y" int, "select" text DEFAULT $$a$$) RETURNS int LANGUAGE sql AS $$SELECT 1$$; COMMENT ON FUNCTION "F g"(int, text) IS $$x$$',
    'CREATE SCHEMA "My App"; CREATE TYPE "My App"."My Type" AS ENUM (\'a\'); CREATE FUNCTION "My App".f("My App"."My Type"[]) RETURNS "My App"."My Type" LANGUAGE sql AS $$SELECT $1[1]$$; GRANT EXECUTE ON FUNCTION "My App".f("My App"."My Type"[]) TO pg_monitor',
  ),
];
