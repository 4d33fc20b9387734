import { expect, test } from "vitest";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { splitSql } from "../../src/sql/split-sql.ts";

const texts = (sql: string): string[] => splitSql(sql).statements.map(({ text }) => text);

function failure(sql: string): LockkeeperError {
  try {
    splitSql(sql, "m.sql");
  } catch (error) {
    if (error instanceof LockkeeperError) return error;
    throw error;
  }
  throw new Error(`split without an error: ${sql}`);
}

const function1 = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC";

test.each<[what: string, sql: string, statements: readonly string[]]>([
  ["nothing", "", []],
  ["empty statements", " ;; ; \n;", []],
  ["comments alone", "-- a;\n/* b; */ ; -- c", []],
  ["a last statement without a semicolon", "select 1; select 2", ["select 1", "select 2"]],
  [
    "comments before, behind and inside",
    "-- a\n/* b */ select /* c; */ 1 -- d;\n+ 1 -- e\n; -- f",
    ["select /* c; */ 1 -- d;\n+ 1"],
  ],
  ["a comment right behind a semicolon", "select 1;--x;\nselect 2", ["select 1", "select 2"]],
  // strings
  ["a semicolon in a string", "select ';'; select 2", ["select ';'", "select 2"]],
  ["a doubled quote", "select 'a''b;'; select 2", ["select 'a''b;'", "select 2"]],
  ["a string of one quote", "select '''' ; select 2", ["select ''''", "select 2"]],
  ["the empty string", "select '';select ';'", ["select ''", "select ';'"]],
  ["a backslash that is no escape", "select '\\'; select 2", ["select '\\'", "select 2"]],
  ["a comment start in a string", "select '--', '/*'; select 2", ["select '--', '/*'", "select 2"]],
  ["a line end in a string", "select 'a\n;b'; select 2", ["select 'a\n;b'", "select 2"]],
  ["an escaped quote", "select E'\\''; select 2", ["select E'\\''", "select 2"]],
  ["an escaped backslash", "select e'\\\\'; select ';'", ["select e'\\\\'", "select ';'"]],
  ["an escape string's doubled quote", "select E'''\\';'; select 2", ["select E'''\\';'", "select 2"]],
  ["a continued escape string", "select E'a' -- c'\n 'b\\';'; select 2", ["select E'a' -- c'\n 'b\\';'", "select 2"]],
  ["a string behind an escape string on one line", "select E'a' '\\'; select 2", ["select E'a' '\\'", "select 2"]],
  ["a name that ends in e before a string", "select type'\\'; select 2", ["select type'\\'", "select 2"]],
  ["a Unicode string", "select U&'d\\0061;'; select 2", ["select U&'d\\0061;'", "select 2"]],
  [
    "a Unicode string that ends in a backslash",
    "select u&'\\' UESCAPE '!'; select 2",
    ["select u&'\\' UESCAPE '!'", "select 2"],
  ],
  ["bit and national strings", "select B'01', x'f', N';\\'; select 2", ["select B'01', x'f', N';\\'", "select 2"]],
  // identifiers
  ["a quoted identifier", 'select "a""b;"; select 2', ['select "a""b;"', "select 2"]],
  ["a quoted identifier with a string's quote", 'select "it\'s;"; select 2', ['select "it\'s;"', "select 2"]],
  ["a Unicode identifier", 'select U&"\\0061;" ; select 2', ['select U&"\\0061;"', "select 2"]],
  ["dollars in an identifier", "select a$b$c; select a$b$c", ["select a$b$c", "select a$b$c"]],
  ["an identifier that is not ASCII", "select é$$; select 2 as ü$$", ["select é$$", "select 2 as ü$$"]],
  // dollar quotes
  ["a dollar quote", "do $$ begin; end $$; select 2", ["do $$ begin; end $$", "select 2"]],
  ["a tagged dollar quote", "do $a$ $$;$b$; $a$; select 2", ["do $a$ $$;$b$; $a$", "select 2"]],
  ["a tag that is not ASCII", "do $é😀_1$ ; $é😀_1$; select 2", ["do $é😀_1$ ; $é😀_1$", "select 2"]],
  ["a tag differing in case", "do $a$ ; $A$ ; $a$; select 2", ["do $a$ ; $A$ ; $a$", "select 2"]],
  ["a delimiter that overlaps", "do $a$ $b$a$; select 2", ["do $a$ $b$a$", "select 2"]],
  ["quotes and comments in a dollar quote", "do $$ ' \" /* -- $$; select 2", ["do $$ ' \" /* -- $$", "select 2"]],
  ["a dollar quote in a comment", "-- $$\nselect 1; /* $a$ */ select 2", ["select 1", "select 2"]],
  ["a dollar quote in a string", "select '$$'; select 2", ["select '$$'", "select 2"]],
  ["a parameter", "select $1; select $2", ["select $1", "select $2"]],
  ["parameters that look like a tag", "select $1$2; select $1", ["select $1$2", "select $1"]],
  ["a dollar quote behind a parameter", "select $1$$;$$; select 2", ["select $1$$;$$", "select 2"]],
  ["a dollar quote behind a number", "select 1$a$;$a$; select 2", ["select 1$a$;$a$", "select 2"]],
  ["a lone dollar", "select $a; select 2$", ["select $a", "select 2$"]],
  // comments and operators
  ["nested comments", "/* /* ; */ ; */ select 1; select 2", ["select 1", "select 2"]],
  ["a comment of stars", "/***/select 1;/**;**/select 2", ["select 1", "select 2"]],
  ["a comment that opens again with /*/", "/*/*/ ; */ ; */ select 1", ["select 1"]],
  [
    "an operator before a line comment",
    "select 1 @-- comment ';\n2; select 2",
    ["select 1 @-- comment ';\n2", "select 2"],
  ],
  ["an operator before a block comment", "select 2*/* ; */3; select 2", ["select 2*/* ; */3", "select 2"]],
  ["two single minuses", "select 1 - - 1; select 2", ["select 1 - - 1", "select 2"]],
  ["a form feed and a vertical tab", "\f\vselect 1\v;\fselect 2\f", ["select 1", "select 2"]],
  // parentheses and bodies
  [
    "a rule",
    "create rule r as on insert to t do also (delete from a; delete from b); select 2",
    ["create rule r as on insert to t do also (delete from a; delete from b)", "select 2"],
  ],
  ["a closing parenthesis too many", "select 1); select (2)", ["select 1)", "select (2)"]],
  [
    "an SQL body",
    `${function1} select 1; select 2; END; select 3`,
    [`${function1} select 1; select 2; END`, "select 3"],
  ],
  ["an empty SQL body", `${function1} END; select 3`, [`${function1} END`, "select 3"]],
  [
    "CASE in an SQL body",
    `${function1} select case when a then b end; END; select 3`,
    [`${function1} select case when a then b end; END`, "select 3"],
  ],
  [
    "nested CASE in an SQL body",
    `${function1} select case case a when b then c end when d then e end; END; select 3`,
    [`${function1} select case case a when b then c end when d then e end; END`, "select 3"],
  ],
  [
    "END as a label and a column",
    `${function1} select 1 as end, t.end, 2 end; END; select 3`,
    [`${function1} select 1 as end, t.end, 2 end; END`, "select 3"],
  ],
  ["CASE as a label", `${function1} select 1 case; END; select 3`, [`${function1} select 1 case; END`, "select 3"]],
  [
    "a replaced procedure",
    "create or\nreplace /**/ procedure p() begin atomic delete from a; end; select 3",
    ["create or\nreplace /**/ procedure p() begin atomic delete from a; end", "select 3"],
  ],
  [
    "a function called begin",
    "create function begin() returns int return 1; select 2",
    ["create function begin() returns int return 1", "select 2"],
  ],
  [
    "a column called begin",
    "create table t (begin int); select begin atomic; select 2",
    ["create table t (begin int)", "select begin atomic", "select 2"],
  ],
  ["a plain transaction", "begin; select 1; end; select 2", ["begin", "select 1", "end", "select 2"]],
  // line ends and marks
  ["CRLF", "select 1;\r\n-- a\r\nselect\r\n2;\r\n", ["select 1", "select\r\n2"]],
  ["lone CR", "select 1;\r-- a;\rselect 2;\r", ["select 1", "select 2"]],
  ["a byte order mark", "\uFEFFselect 1; select 2", ["select 1", "select 2"]],
])("it splits %s", (_, sql, expected) => {
  const { statements } = splitSql(sql);
  expect(statements.map(({ text }) => text)).toEqual(expected);
  for (const { text, start, end } of statements) expect(sql.slice(start, end)).toBe(text);
});

test("a statement's place counts lines and characters from 1, whatever stands before", () => {
  const sql = "\uFEFF/* é😀 */ select 'é😀'; select 2;\r\n\r\n  -- c\r  select 3\n";
  expect(splitSql(sql).statements).toEqual([
    { text: "select 'é😀'", start: 11, end: 23, line: 1, column: 10 },
    { text: "select 2", start: 25, end: 33, line: 1, column: 23 },
    { text: "select 3", start: 47, end: 55, line: 4, column: 3 },
  ]);
});

test("the data of COPY are taken out with everything in them", () => {
  const sql = "copy t (a, b) from stdin;\n1\tit's; $$ \\N\n\\.x\n --\n\\.\nselect 2;";
  expect(splitSql(sql).statements).toEqual([
    {
      text: "copy t (a, b) from stdin",
      start: 0,
      end: 24,
      line: 1,
      column: 1,
      copyData: "1\tit's; $$ \\N\n\\.x\n --\n",
    },
    { text: "select 2", start: 51, end: 59, line: 6, column: 1 },
  ]);
});

test.each<[what: string, sql: string, data: readonly (string | undefined)[]]>([
  ["two in a row", "COPY a FROM STDIN;\n1\n\\.\n\nCOPY b FROM STDIN WITH (FORMAT csv);\n2\n\\.\n", ["1\n", "2\n"]],
  ["CRLF", "copy a from stdin;\r\n1\r\n2\r\n\\.\r\nselect 1;", ["1\n2\n", undefined]],
  ["lone CR", "copy a from stdin;\r1\r\\.\rselect 1;", ["1\n", undefined]],
  ["no rows", "copy a from stdin;\n\\.\nselect 1", ["", undefined]],
  ["an empty row", "copy a from stdin;\n\n\\.", ["\n"]],
  ["a comment behind the semicolon", "copy a from stdin; -- rows\n1\n\\.", ["1\n"]],
  ["a statement before on the same line", "select 1; copy a from stdin;\n1\n\\.", [undefined, "1\n"]],
  ["comments between its words", "copy a from -- x\n /* y */ stdin;\n1\n\\.", ["1\n"]],
  ["a condition", "copy a from stdin where (x = ';');\n1\n\\.", ["1\n"]],
  ["FROM STDOUT, which means the same", "copy a from stdout;\n1\n\\.", ["1\n"]],
  ["a table called stdin", "copy stdin from '/f'; select 1", [undefined, undefined]],
  ["a query", "copy (select 1 from stdin) to stdout; select 1", [undefined, undefined]],
  ["words in a string", "copy a from 'from stdin'; select 1", [undefined, undefined]],
  ["another statement with these words", "select a from stdin; select 1", [undefined, undefined]],
])("the data of COPY end where they should: %s", (_, sql, data) => {
  expect(splitSql(sql).statements.map(({ copyData }) => copyData)).toEqual(data);
});

test("meta commands are reported with their place and never are part of a statement", () => {
  const sql =
    "\\set ON_ERROR_STOP on \nselect 1 \\gset\nselect 'é', \\echo it's\n2;\n\\restrict abc\r\nselect '\\i', \"\\i\", $$\\i$$ -- \\i\n";
  const { statements, metaCommands } = splitSql(sql);
  expect(metaCommands).toEqual([
    { text: "\\set ON_ERROR_STOP on", line: 1, column: 1 },
    { text: "\\gset", line: 2, column: 10 },
    { text: "\\echo it's", line: 3, column: 13 },
    { text: "\\restrict abc", line: 5, column: 1 },
  ]);
  expect(statements.map(({ text }) => text)).toEqual([
    "select 1",
    "select 'é',",
    "2",
    "select '\\i', \"\\i\", $$\\i$$",
  ]);
});

test("the data of \\copy are passed over, so that the meta command is blamed and not its data", () => {
  const { statements, metaCommands } = splitSql("\\copy t from stdin\nit's\n\\.\nselect 1;");
  expect(metaCommands).toEqual([{ text: "\\copy t from stdin", line: 1, column: 1 }]);
  expect(statements.map(({ text }) => text)).toEqual(["select 1"]);
});

test("a stray \\. is reported as a meta command", () => {
  expect(splitSql("select 1;\n\\.\n").metaCommands).toEqual([{ text: "\\.", line: 2, column: 1 }]);
});

test("a meta command ends parentheses and COPY with the statement it ends", () => {
  expect(texts("select (1 \\g\nselect 2; copy t from stdin \\g\nselect 3;")).toEqual([
    "select (1",
    "select 2",
    "copy t from stdin",
    "select 3",
  ]);
});

test.each<[what: string, sql: string, message: string, line: number, column: number]>([
  ["a string", "select 1;\nselect 'é😀', 'abc;\n", "unterminated quoted string", 2, 14],
  ["a string that ends in a doubled quote", "select '''", "unterminated quoted string", 1, 8],
  ["an escape string", "select E'\\'", "unterminated quoted string", 1, 8],
  ["an escape string at a backslash", "select 😀, E'\\", "unterminated quoted string", 1, 11],
  ["a continued string", "select E'a'\n'b\\'", "unterminated quoted string", 1, 8],
  ["a Unicode string", "select U&'x", "unterminated quoted string", 1, 8],
  ["a quoted identifier", 'select\r\n  "a""', "unterminated quoted identifier", 2, 3],
  ["a comment", "select 1; /* /* */", "unterminated /* comment", 1, 11],
  ["a comment behind an operator", "select 1 */* 2", "unterminated /* comment", 1, 11],
  ["a dollar quote", "do\r$é$ $e$", "unterminated dollar-quoted string $é$", 2, 1],
  ["a dollar quote behind a byte order mark", "\uFEFF$$", "unterminated dollar-quoted string $$", 1, 1],
  ["COPY data", "\n copy t from stdin;\n1\n \\.", "unterminated COPY data: a line with \\. must close them", 2, 2],
  ["COPY data at the end", "copy t from stdin", "unterminated COPY data: a line with \\. must close them", 1, 1],
  [
    "COPY data on the statement's line",
    "copy t from stdin; 1\n\\.",
    "the data of COPY … FROM stdin must begin on the next line",
    1,
    19,
  ],
  ["a NUL", "select\n '\0'", "a NUL character, which PostgreSQL cannot take", 2, 3],
])("it names the place where something begins that never ends: %s", (_, sql, message, line, column) => {
  const error = failure(sql);
  expect(error.code).toBe("sql_syntax");
  expect(error.message).toBe(message);
  expect(error.at).toEqual({
    file: "m.sql",
    line,
    column,
    excerpt: sql.replace("\uFEFF", "").split(/\r\n?|\n/)[line - 1],
  });
});

test("the place names no file but a stand-in when none is given", () => {
  expect(() => splitSql("'")).toThrow(
    expect.objectContaining({ at: { file: "<sql>", line: 1, column: 1, excerpt: "'" } }),
  );
});
