import { beforeAll, expect, expectTypeOf, test, vi } from "vitest";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { loadParser, type NodeOf, parseStatement, taggedNode } from "../../src/sql/parse-statement.ts";
import { offsetOfByte } from "../../src/sql/source-map.ts";
import { splitSql } from "../../src/sql/split-sql.ts";
import type { SqlStatement } from "../../src/sql/statement.ts";

const handmade = (text: string): SqlStatement => ({ text, start: 0, end: text.length, line: 1, column: 1 });

beforeAll(() => loadParser());

test("parsing before the parser was loaded is named as a mistake of the program", async () => {
  vi.resetModules();
  const fresh = await import("../../src/sql/parse-statement.ts");
  expect(() => fresh.parseStatement(handmade("select 1"), "m.sql")).toThrow(
    expect.objectContaining({ code: "internal" }),
  );
});

/** Parses every statement of a file; gives the error of the first that does not parse. */
function failure(sql: string, withSource = true): LockkeeperError {
  try {
    for (const statement of splitSql(sql, "m.sql").statements) {
      parseStatement(statement, "m.sql", withSource ? sql : undefined);
    }
  } catch (error) {
    if (error instanceof LockkeeperError) return error;
    throw error;
  }
  throw new Error(`parsed without an error: ${sql}`);
}

test.each([
  ["create table t (a int)", "CreateStmt"],
  ["alter table t add column b int", "AlterTableStmt"],
  ["create index concurrently i on t (a)", "IndexStmt"],
  ["create rule r as on insert to t do also (delete from a; delete from b)", "RuleStmt"],
  ["create function f() returns int begin atomic select 1; end", "CreateFunctionStmt"],
  ["copy t from stdin", "CopyStmt"],
  ["set local lock_timeout = '1s'", "VariableSetStmt"],
  ["begin", "TransactionStmt"],
  ["alter table t add constraint c not null a not valid", "AlterTableStmt"],
  ["select 'one' -- a comment é\n 'string'", "SelectStmt"],
])("%s is a %s", (sql, tag) => {
  expect(parseStatement(handmade(sql), "m.sql").tag).toBe(tag);
});

test("the tag narrows the node, and wrapped nodes within it are opened the same way", () => {
  const parsed = parseStatement(handmade("alter table only s.t drop column c, add d int"), "m.sql");
  if (parsed.tag !== "AlterTableStmt") throw new Error(parsed.tag);
  expectTypeOf(parsed.node).toEqualTypeOf<NodeOf<"AlterTableStmt">>();
  expect(parsed.node.relation).toMatchObject({ schemaname: "s", relname: "t" });
  const commands = (parsed.node.cmds ?? []).map(taggedNode);
  expect(commands.map((command) => command.tag === "AlterTableCmd" && command.node.subtype)).toEqual([
    "AT_DropColumn",
    "AT_AddColumn",
  ]);
});

test("locations in the tree count bytes, and are turned into offsets", () => {
  const sql = "select 'é😀', b";
  const parsed = parseStatement(handmade(sql), "m.sql");
  if (parsed.tag !== "SelectStmt") throw new Error(parsed.tag);
  const [, target] = (parsed.node.targetList ?? []).map(taggedNode);
  if (target?.tag !== "ResTarget") throw new Error(target?.tag);
  expect(target.node.location).toBe(17);
  expect(sql.slice(offsetOfByte(sql, target.node.location ?? 0))).toBe("b");
});

test.each<[what: string, sql: string, message: string, line: number, column: number]>([
  ["the first word", "selec 1", 'syntax error at or near "selec"', 1, 1],
  ["the first word of a later statement", "select 1;\n  selec 2;", 'syntax error at or near "selec"', 2, 3],
  ["a word in the middle", "select 1 a b", 'syntax error at or near "b"', 1, 12],
  ["many-byte text before the statement", "/* é😀 */ select 'é😀'; selec;", 'syntax error at or near "selec"', 1, 23],
  ["many-byte text within the statement", "select 1; select 'é😀', 漢字 a b;", 'syntax error at or near "b"', 1, 29],
  [
    "many-byte text on both sides and many lines",
    "-- é😀\n/* 😀 */ select\r\n  '😀',\r\n  'é' y z;",
    'syntax error at or near "z"',
    4,
    9,
  ],
  ["a byte order mark", "\uFEFFselec", 'syntax error at or near "selec"', 1, 1],
  ["the end of the statement", "select 'é' +\n;", "syntax error at end of input", 1, 13],
  [
    "an unclosed parenthesis",
    "create table t (\n a int;\ncreate table u (b int);",
    'syntax error at or near ";"',
    2,
    7,
  ],
  ["an escape", "select '😀', E'\\u12'", "invalid Unicode escape", 1, 15],
  ["a string continued behind a comment", "select 'a' -- é😀\n 'é' b c", 'syntax error at or near "c"', 2, 8],
  ["syntax no version has had for long", "create table t (a int) with oids", 'syntax error at or near "oids"', 1, 29],
])("a syntax error has its place in the file: %s", (_, sql, message, line, column) => {
  const error = failure(sql);
  expect(error.code).toBe("sql_syntax");
  expect(error.message).toBe(message);
  expect(error.action).toContain("the grammar of PostgreSQL 18");
  const excerpt = sql.replace("\uFEFF", "").split(/\r\n|\n/)[line - 1];
  expect(error.at).toEqual({ file: "m.sql", line, column, excerpt });
});

test("without the source the excerpt is the statement's own line", () => {
  expect(failure("select 1;\n  selec\n 2; -- x", false).at).toEqual({
    file: "m.sql",
    line: 2,
    column: 3,
    excerpt: "selec",
  });
});

test("the place follows the statement's line and column, which a caller may have moved", () => {
  const moved = { ...handmade("select\n 1 a b"), line: 11 };
  expect(() => parseStatement(moved, "m.sql")).toThrow(
    expect.objectContaining({ at: { file: "m.sql", line: 12, column: 6, excerpt: " 1 a b" } }),
  );
});

test.each(["", "select 1; select 2"])("a text that is not exactly one statement is refused: %j", (text) => {
  expect(() => parseStatement(handmade(text), "m.sql")).toThrow("not exactly one statement");
});

test("a statement too deep for the parser is refused by name, and the next one parses", () => {
  const error = failure(`;\nselect 1${" + 1".repeat(100_000)}`);
  expect(error.code).toBe("sql_syntax");
  expect(error.message).toMatch(/^the parser gave up on this statement: /);
  expect(error.at).toMatchObject({ file: "m.sql", line: 2, column: 1 });
  expect(error.at?.excerpt?.length).toBeLessThan(1100);
  expect(parseStatement(handmade("select 1"), "m.sql").tag).toBe("SelectStmt");
});
