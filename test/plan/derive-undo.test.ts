import { beforeAll, describe, expect, test } from "vitest";
import { deriveUndo, deriveUndoForMigration } from "../../src/plan/undo/derive-undo.ts";
import { loadParser, parseStatement } from "../../src/sql/parse-statement.ts";
import { splitSql } from "../../src/sql/split-sql.ts";

beforeAll(loadParser);

const parsed = (sql: string) =>
  splitSql(sql, "a.sql").statements.map((statement) => ({
    ...parseStatement(statement, "a.sql"),
    sql: statement.text,
  }));

const derive = (sql: string) => parsed(sql).flatMap(({ tag, node, sql: text }) => deriveUndo(tag, node, text));

describe("the undo of a single statement", () => {
  test.each([
    ["CREATE TABLE shop.orders (id int)", "DROP TABLE shop.orders"],
    ['CREATE TABLE "My Shop"."Or""ders" (id int)', 'DROP TABLE "My Shop"."Or""ders"'],
    ["CREATE UNIQUE INDEX CONCURRENTLY orders_at ON shop.orders (at)", "DROP INDEX CONCURRENTLY shop.orders_at"],
    ["ALTER TABLE shop.orders ADD COLUMN note text", "ALTER TABLE shop.orders DROP COLUMN note"],
    ["ALTER TABLE shop.orders RENAME TO purchases", "ALTER TABLE shop.purchases RENAME TO orders"],
    ["ALTER TABLE shop.orders RENAME note TO remark", "ALTER TABLE shop.orders RENAME COLUMN remark TO note"],
    ["CREATE TRIGGER touch BEFORE UPDATE ON shop.orders EXECUTE FUNCTION f()", "DROP TRIGGER touch ON shop.orders"],
    ["CREATE SCHEMA shop", "DROP SCHEMA shop"],
    ["CREATE DATABASE shop", "DROP DATABASE shop"],
    ["CREATE TEMP TABLE scratch (id int)", "DROP TABLE IF EXISTS pg_temp.scratch"],
  ])("is plain text where every name is written in full: %s", (sql, undo) => {
    expect(derive(sql)).toEqual([{ sql: undo }]);
  });

  test("undoes the parts of one ALTER TABLE in the reverse of the order in which PostgreSQL runs them", () => {
    const sql = "ALTER TABLE s.t ADD CONSTRAINT c CHECK (a > 0), ADD COLUMN a int, ADD COLUMN b int";
    expect(derive(sql)).toEqual([
      { sql: "ALTER TABLE s.t DROP CONSTRAINT c" },
      { sql: "ALTER TABLE s.t DROP COLUMN b" },
      { sql: "ALTER TABLE s.t DROP COLUMN a" },
    ]);
  });

  test("is refused for a statement that nobody taught it, by name", () => {
    expect(derive("SECURITY LABEL ON TABLE t IS 'x'")).toEqual([
      { refused: "the inverse of this statement (SecLabelStmt) is not known; write the way back by hand" },
    ]);
  });

  test("leaves no semicolon at the end of a capture, which is put into a larger query", () => {
    const [item] = derive("ALTER TABLE t ALTER a SET DEFAULT 1");
    expect(item).toEqual({ capture: expect.stringMatching(/^WITH [^;]+[^;\s]$/) });
  });
});

describe("the undo of a migration", () => {
  test("keeps one list for each statement, in the statements' order", () => {
    const undo = deriveUndoForMigration(
      parsed("CREATE TABLE s.t (id int); INSERT INTO s.t VALUES (1); DROP TABLE s.u"),
    );
    expect(undo).toEqual([[{ sql: "DROP TABLE s.t" }], [], [{ refused: "dropping table s.u loses its rows" }]]);
  });

  test("does not insist on an object that a later statement removes", () => {
    const undo = deriveUndoForMigration(parsed("CREATE TABLE s.t (id int); DROP TABLE s.t"));
    expect(undo).toEqual([[{ sql: "DROP TABLE IF EXISTS s.t" }], []]);
  });

  test("does not build a constraint again that the migration only passed through", () => {
    const sql = `ALTER TABLE s.t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE s.t VALIDATE CONSTRAINT c;
      ALTER TABLE s.t DROP CONSTRAINT c`;
    expect(deriveUndoForMigration(parsed(sql))).toEqual([
      [{ sql: "ALTER TABLE s.t DROP CONSTRAINT IF EXISTS c" }],
      [],
      [],
    ]);
  });

  test("lets the index go with the constraint that was made of it", () => {
    const sql = `CREATE UNIQUE INDEX CONCURRENTLY t_a ON s.t (a); ALTER TABLE s.t ADD CONSTRAINT t_key UNIQUE USING INDEX t_a`;
    const [index, constraint] = deriveUndoForMigration(parsed(sql));
    expect(index).toEqual([{ sql: "DROP INDEX CONCURRENTLY IF EXISTS s.t_a" }]);
    expect(JSON.stringify(constraint)).not.toContain("pg_get_indexdef");
  });
});
