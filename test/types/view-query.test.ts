import { beforeAll, describe, expect, test } from "vitest";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { parsedNode } from "../../src/sql/parsed-node.ts";
import { queryColumns } from "../../src/types/view-query.ts";
import { viewTarget } from "../../src/types/view-target.ts";

beforeAll(loadParser);

/** `a` and `j` of both tables are never null, `n` may be. */
const COLUMNS = ["a", "n", "j"].map((name) => ({ name, neverNull: name !== "n", isCastWhole: name !== "j" }));

const selectOf = (query: string) => {
  const select = parsedNode(query, "SelectStmt");
  if (select === undefined) throw new Error(`not a query: ${query}`);
  return select;
};

/** Those that are never null. */
const sure = (query: string): string[] | undefined =>
  queryColumns(selectOf(query), ({ schemaname, relname }) =>
    schemaname === "s" && (relname === "t" || relname === "u") ? COLUMNS : undefined,
  )
    ?.filter(({ neverNull }) => neverNull)
    .map(({ name }) => name);

describe("of the columns of a query are never null", () => {
  const cases: readonly [string, readonly string[]][] = [
    ["SELECT a, n, j FROM s.t", ["a", "j"]],
    ["SELECT t.a, u.a AS b FROM s.t, s.u", ["a", "b"]],
    ["SELECT x.a, y.a AS b FROM s.t x JOIN s.u y ON x.a = y.a", ["a", "b"]],
    ["SELECT x.a, y.a AS b FROM s.t x LEFT JOIN s.u y ON x.a = y.a", ["a"]],
    ["SELECT x.a, y.a AS b FROM s.t x RIGHT JOIN s.u y ON x.a = y.a", ["b"]],
    ["SELECT x.a, y.a AS b FROM s.t x FULL JOIN s.u y ON x.a = y.a", []],
    ["SELECT x.a, y.a AS b, z.a AS c FROM s.t x LEFT JOIN (s.u y JOIN s.t z ON true) ON true", ["a"]],
    ["SELECT j.a FROM (s.t x JOIN s.u y USING (a)) AS j", []],
    ["SELECT a FROM s.t FULL JOIN s.u USING (a)", []],
    ["SELECT x.p, x.q FROM s.t x(p, q)", ["p"]],
    ["SELECT a FROM s.unknown", []],
    ["SELECT f.a FROM f() f(a), s.t", []],
    ["SELECT n FROM s.t WHERE n IS NOT NULL", ["n"]],
    ["SELECT n FROM s.t WHERE a > 1 AND (n IS NOT NULL)", ["n"]],
    ["SELECT n FROM s.t WHERE a > 1 OR n IS NOT NULL", []],
    ["SELECT y.n FROM s.t x LEFT JOIN s.u y ON true WHERE x.n IS NOT NULL", []],
    ["SELECT n FROM s.t WHERE n IS NULL", []],
    ["SELECT a, count(*) FROM s.t GROUP BY a", ["a", ""]],
    ["SELECT a, count(n) AS c, sum(a) AS s FROM s.t GROUP BY a", ["a", "c"]],
    ["SELECT a, count(*) AS c FROM s.t GROUP BY ROLLUP (a)", []],
    ["SELECT row_number() OVER () AS r, lag(a) OVER () AS l FROM s.t", ["r"]],
    ["SELECT 1 AS a, NULL AS b, 'x'::text AS c, NULL::text AS d", ["a", "c"]],
    ["SELECT COALESCE(n, a) AS c, COALESCE(n, n) AS d, GREATEST(n, a) AS g FROM s.t", ["c", "g"]],
    ["SELECT a + 1 AS b, a + n AS c, a OPERATOR(s.+) a AS d, j -> 'x' AS e FROM s.t", ["b"]],
    ["SELECT a::text AS b, j::int AS c, n::text AS d FROM s.t", ["b"]],
    ["SELECT lower(a) AS b, lower(n) AS c, s.lower(a) AS d FROM s.t", ["b"]],
    [
      "SELECT CASE WHEN n THEN 1 ELSE 2 END AS a, CASE WHEN n THEN 1 END AS b, CASE WHEN n THEN n ELSE a END AS c FROM s.t",
      ["a"],
    ],
    [
      "SELECT a = a AS b, a = n AS c, n IS NULL AS d, n IS DISTINCT FROM a AS e, a = a AND n AS f FROM s.t",
      ["b", "d", "e"],
    ],
    [
      "SELECT EXISTS (SELECT) AS a, ARRAY(SELECT n FROM s.t) AS b, (SELECT 1) AS c, a IN (SELECT 1) AS d FROM s.t",
      ["a", "b"],
    ],
    ["SELECT CURRENT_TIMESTAMP AS a, now() AS b, CURRENT_SCHEMA AS c, ARRAY[n] AS d FROM s.t", ["a", "b", "d"]],
    ["SELECT q.b FROM (SELECT a AS b, n FROM s.t) q", ["b"]],
    ["SELECT q.b FROM (SELECT n, a FROM s.t) q(c, b)", ["b"]],
    ["WITH q AS (SELECT a, n FROM s.t) SELECT a, n FROM q", ["a"]],
    ["WITH q(b) AS (SELECT a FROM s.t), r AS (SELECT b FROM q) SELECT r.b FROM r", ["b"]],
    ["WITH RECURSIVE q AS (SELECT a FROM s.t UNION ALL SELECT a FROM q) SELECT a FROM q", []],
    ["WITH t AS (SELECT n AS a FROM s.t) SELECT a FROM t", []],
    ["SELECT a, n FROM s.t UNION ALL SELECT n, a FROM s.t", []],
    ["SELECT a FROM s.t UNION SELECT 1", ["a"]],
    ["SELECT n AS a FROM s.t INTERSECT SELECT a FROM s.t", ["a"]],
    ["SELECT a, n FROM s.t EXCEPT SELECT n, a FROM s.t", ["a"]],
    ["VALUES (1, NULL), (2, 3)", ["column1"]],
    ["SELECT t.* IS NULL AS a, t AS b FROM s.t", ["a"]],
  ];
  test.each(cases)("%s", (query, expected) => {
    expect(sure(query)).toEqual(expected);
  });
});

describe("what is written to a view goes to", () => {
  const targetOf = (query: string): readonly (string | undefined)[] | undefined => viewTarget(selectOf(query))?.columns;

  test("the columns of the one relation that it shows rows of", () => {
    expect(targetOf("SELECT t.a, t.n AS m, t.a + 1 AS b, (SELECT 1) AS c FROM s.t WHERE a > 1 ORDER BY a")).toEqual([
      "a",
      "n",
      undefined,
      undefined,
    ]);
  });

  test.each([
    "SELECT a FROM s.t, s.u",
    "SELECT a FROM s.t JOIN s.u USING (a)",
    "SELECT a FROM (SELECT a FROM s.t) q",
    "SELECT a FROM s.t TABLESAMPLE system (1)",
    "SELECT DISTINCT a FROM s.t",
    "SELECT a FROM s.t GROUP BY a",
    "SELECT 1 AS a FROM s.t HAVING true",
    "SELECT a FROM s.t LIMIT 1",
    "SELECT a FROM s.t OFFSET 1",
    "SELECT a, count(*) OVER () FROM s.t",
    "SELECT unnest(n) FROM s.t",
    "WITH q AS (SELECT) SELECT a FROM s.t",
    "SELECT a FROM s.t UNION ALL SELECT a FROM s.t",
    "VALUES (1)",
  ])("nowhere: %s", (query) => {
    expect(targetOf(query)).toBeUndefined();
  });
});
