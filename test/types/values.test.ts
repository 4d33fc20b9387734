import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { BUILT_IN } from "../../src/types/built-in-types.ts";
import { relationShapes } from "../../src/types/relation-shapes.ts";
import { typesContext } from "../../src/types/types-context.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { conforms } from "./conforms.ts";

/** A value of each type that node-postgres makes something of, and of some that it leaves alone. */
const VALUES: Readonly<Record<string, string>> = {
  bool: "true",
  int2: "7",
  int4: "7",
  oid: "7",
  float4: "1.5",
  float8: "1.5",
  int8: "9007199254740993",
  numeric: "12.50",
  text: "a",
  varchar: "a",
  bpchar: "a",
  regproc: "now",
  uuid: "6f2c3c3e-7c2e-4e0c-9a6e-3d1f9b2f9c11",
  inet: "10.0.0.1",
  cidr: "10.0.0.0/8",
  macaddr: "08:00:2b:01:02:03",
  money: "12.50",
  time: "10:00",
  timetz: "10:00+02",
  numrange: "[1,2)",
  date: "2026-03-01",
  timestamp: "2026-03-01 10:00",
  timestamptz: "2026-03-01 10:00+02",
  interval: "1 year 2 days 03:04:05.006",
  json: '{"a": [1, null]}',
  jsonb: "7",
  bytea: "\\xdeadbeef",
  point: "(1,2)",
  circle: "<(1,2),3>",
  char: "a",
  name: "a",
  xml: "<a/>",
  bit: "1",
  varbit: "101",
  macaddr8: "08:00:2b:01:02:03:04:05",
  tsvector: "a:1",
  line: "{1,2,3}",
  box: "(1,2),(3,4)",
  int4range: "[1,2)",
  tstzmultirange: "{}",
  regclass: "pg_class",
};

const ROWS = `
INSERT INTO customers (email, name, nick, joined) VALUES ('a@b', 'Ann', NULL, '2026-01-01'), ('b@b', 'Bob', 'bo', '2026-01-01');
INSERT INTO order_items (customer_id, amount, shipped, took, state) VALUES (1, 2.5, '2026-01-02', '1 day', 'paid'), (1, 3, NULL, NULL, 'new');
INSERT INTO billing.invoices (state, scores, lines) VALUES ('open', '{1,2}', '{"{}"}');
INSERT INTO events VALUES ('2026-02-01', '{}');
INSERT INTO parents VALUES (1, 2); INSERT INTO children VALUES (1, NULL);
REFRESH MATERIALIZED VIEW totals;`;

let db: TestDatabase;
let catalog: Catalog;
const options = { kysely: false, names: "database", overrides: {}, columns: {} } as const;

beforeAll(async () => {
  await loadParser();
  db = await testDatabase();
  await db.query(readFileSync(join(import.meta.dirname, "../fixtures/types/schema.sql"), "utf8"));
  const columns = Object.keys(VALUES).flatMap((type) => [
    `"${type}" "${type}" NOT NULL`,
    `"${type}[]" "${type}"[] NOT NULL`,
  ]);
  await db.query(`CREATE SCHEMA built_in; CREATE TABLE built_in.sample (${columns.join(", ")})`);
  await db.query(ROWS);
  await using session = await connect(db.url);
  catalog = await readCatalog(session.query);
});
afterAll(() => db.drop());

const shapeOf = (key: string) => relationShapes(catalog, typesContext(catalog, options)).find((one) => one.key === key);

describe("what node-postgres gives", () => {
  test("is of the type that is written, for each type and its array", async () => {
    const entries = Object.entries(VALUES);
    const places = entries.flatMap(([type], at) => [
      `$${at + 1}::text::"${type}"`,
      `ARRAY[$${at + 1}::text::"${type}"]`,
    ]);
    await db.query(
      `INSERT INTO built_in.sample VALUES (${places.join(", ")})`,
      entries.map(([, value]) => value),
    );
    const [row = {}] = await db.query("SELECT * FROM built_in.sample");
    const columns = shapeOf("built_in.sample")?.columns ?? [];
    expect(columns).toHaveLength(2 * entries.length);
    const wrong = columns.filter(({ key, select }) => !conforms(row[key], select));
    expect(wrong.map(({ key, select }) => `${key}: ${select}, not ${JSON.stringify(row[key])}`)).toEqual([]);
  });

  test("is text for every other type of PostgreSQL", async () => {
    const types = await db.query<{ name: string; oid: number; array: number }>(
      "SELECT typname AS name, oid::int, typarray::int AS array FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm') AND typelem = 0 OR typname IN ('point', 'name', 'box', 'line')",
    );
    const parserOf = (oid: number): unknown =>
      pg.types.getTypeParser(oid as Parameters<typeof pg.types.getTypeParser>[0]);
    const isText = (oid: number): boolean => parserOf(oid) === parserOf(0);
    const wrong = types.filter(({ name, oid, array }) => {
      const builtIn = BUILT_IN[name];
      const claimsText = builtIn === undefined || builtIn.select === "string";
      // For int8 and numeric there is a parser, which gives text.
      return (
        (isText(oid) && !claimsText) ||
        (isText(array) && builtIn?.element !== undefined) ||
        (!isText(oid) && builtIn === undefined)
      );
    });
    expect(types.length).toBeGreaterThan(60);
    expect(wrong.map(({ name }) => name)).toEqual([]);
    const unparsed = types.filter(({ name, array }) => !isText(array) && BUILT_IN[name]?.element === undefined);
    expect(unparsed.map(({ name }) => name)).toEqual([]);
  });

  test("keeps to what is written of tables, views and materialized views, null where that says so", async () => {
    const shapes = relationShapes(catalog, typesContext(catalog, options)).filter(
      ({ key }) => key !== "built_in.sample",
    );
    const wrong: string[] = [];
    let rows = 0;
    for (const relation of [...catalog.tables, ...catalog.views, ...catalog.materializedViews]) {
      const key = relation.schema === "public" ? relation.name : `${relation.schema}.${relation.name}`;
      const columns = shapes.find((one) => one.key === key)?.columns ?? [];
      for (const row of await db.query(`SELECT * FROM "${relation.schema}"."${relation.name}"`)) {
        rows += 1;
        wrong.push(
          ...columns
            .filter(({ key: column, select }) => !conforms(row[column], named(select)))
            .map((column) => `${key}.${column.key}: ${column.select}, not ${JSON.stringify(row[column.key])}`),
        );
      }
    }
    expect(rows).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });
});

/** What stands behind the names of the schema that are no text. */
const named = (type: string): string => type.replace("BillingScores", "number[]");

describe("what node-postgres takes", () => {
  const cases: readonly [column: string, value: unknown, given: unknown][] = [
    ["int8", 9007199254740993n, "9007199254740993"],
    ["int8", 7, "7"],
    ["numeric", 1.5, "1.5"],
    ["numeric[]", ["1.5", 2], [1.5, 2]],
    ["int8[]", [1n, 2, "3"], ["1", "2", "3"]],
    ["timestamptz", new Date(0), new Date(0)],
    ["timestamptz[]", [new Date(0), "1970-01-01T00:00:00Z"], [new Date(0), new Date(0)]],
    ["jsonb", { a: [1] }, { a: [1] }],
    ["jsonb", JSON.stringify([1]), [1]],
    ["jsonb", 7, 7],
    ["jsonb", true, true],
    ["jsonb[]", [{ a: 1 }, "[2]"], [{ a: 1 }, [2]]],
    ["bytea", Uint8Array.of(1, 2), Buffer.of(1, 2)],
    ["bytea", "\\x0102", Buffer.of(1, 2)],
    ["point", "(1,2)", { x: 1, y: 2 }],
    ["circle", "<(1,2),3>", { x: 1, y: 2, radius: 3 }],
    ["char[]", ["a", "b"], "{a,b}"],
    ["char[]", "{a,b}", "{a,b}"],
  ];
  test.each(cases)("in a column of %s, case %#", async (column, value, given) => {
    const quoted = `"${column}"`;
    const [row] = await db.query(`UPDATE built_in.sample SET ${quoted} = $1 RETURNING ${quoted} AS value`, [value]);
    expect(row?.["value"]).toEqual(given);
  });

  test("an interval that it gave", async () => {
    const [before] = await db.query('SELECT "interval" AS value FROM built_in.sample');
    const [after] = await db.query('UPDATE built_in.sample SET "interval" = $1 RETURNING "interval" AS value', [
      before?.["value"],
    ]);
    expect(after).toEqual(before);
  });
});
