import { beforeAll, expect, test } from "vitest";
import { NO_DIRECTIVES } from "../../src/migrations/directives.ts";
import { compilePlan } from "../../src/plan/compile-plan.ts";
import { type DataRemoval, dataRemovals } from "../../src/plan/data-removals.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";

beforeAll(loadParser);

function planned(text: string): DataRemoval[] {
  const plan = compilePlan({
    id: "0001_x",
    kind: "sql",
    file: "0001_x.sql",
    firstLine: 1,
    text,
    checksum: "",
    directives: NO_DIRECTIVES,
    layout: "lockkeeper",
  });
  return dataRemovals(plan);
}

function removals(text: string): string[] {
  return planned(text).map(({ at, removes }) => `${at.line}: ${removes}`);
}

test.each([
  ["DROP TABLE a, s.b", ["1: table a", "1: table s.b"]],
  ["DROP TABLE IF EXISTS a CASCADE", ["1: table a"]],
  ["DROP SCHEMA s", ["1: schema s"]],
  ["DROP MATERIALIZED VIEW v", ["1: materialized view v"]],
  ["DROP DATABASE d", ["1: database d"]],
  ["DROP OWNED BY r", ["1: everything a role owns"]],
  ["TRUNCATE a, s.b", ["1: all rows of a", "1: all rows of s.b"]],
  ["DELETE FROM a WHERE id = 1", ["1: rows of a"]],
  ["ALTER TABLE a ADD COLUMN x int, DROP COLUMN y, DROP COLUMN IF EXISTS z", ["1: column y of a", "1: column z of a"]],
  ["WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone", ["1: rows of a"]],
  ["WITH gone AS (DELETE FROM a RETURNING *) SELECT * FROM gone", ["1: rows of a"]],
  ["EXPLAIN ANALYZE DELETE FROM a", ["1: rows of a"]],
  ["MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE", ["1: rows of a"]],
  ["DROP TYPE t CASCADE", ["1: whatever depends on t"]],
  ["DROP EXTENSION e CASCADE", ["1: whatever depends on e"]],
  ["DROP FUNCTION s.f(int) CASCADE", ["1: whatever depends on s.f"]],
  ["CREATE TABLE a ();\n\nDROP TABLE b", ["3: table b"]],
])("%s removes data", (sql, expected) => {
  expect(removals(sql)).toEqual(expected);
});

test.each([
  "CREATE TABLE a (id int)",
  "ALTER TABLE a DROP CONSTRAINT c, ALTER COLUMN x DROP DEFAULT, ALTER COLUMN x DROP NOT NULL",
  "DROP INDEX i",
  "DROP INDEX CONCURRENTLY i",
  "DROP VIEW v",
  "DROP FUNCTION f(int)",
  "DROP TYPE t",
  "DROP TRIGGER g ON a",
  "DROP INDEX i CASCADE",
  "UPDATE a SET x = 1",
  "INSERT INTO a SELECT * FROM b",
  "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET x = 1",
  "CREATE RULE r AS ON DELETE TO a DO ALSO DELETE FROM b",
  "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM a; END",
  "COMMENT ON TABLE a IS 'DROP TABLE b; DELETE FROM c'",
])("%s removes none", (sql) => {
  expect(removals(sql)).toEqual([]);
});

test("tells what IF EXISTS may miss, unless something before it may have made it", () => {
  const optional = (text: string): unknown[] => planned(text).map(({ ifThere }) => ifThere);
  expect(
    optional(
      "DROP TABLE IF EXISTS shop.stock; ALTER TABLE bills DROP COLUMN IF EXISTS notes; DROP SCHEMA IF EXISTS unseen",
    ),
  ).toEqual([
    { kind: "relation", names: ["shop", "stock"] },
    { kind: "relation", names: ["bills"], column: "notes" },
    { kind: "schema", names: ["unseen"] },
  ]);
  expect(optional("DROP TABLE a; ALTER TABLE b DROP COLUMN c")).toEqual([undefined, undefined]);
  expect(optional("ALTER TABLE a RENAME TO b; DROP TABLE IF EXISTS B")).toEqual([undefined]);
  expect(optional("SELECT f(); DROP TABLE IF EXISTS b")).toEqual([undefined]);
});
