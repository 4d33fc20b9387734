import { loadModule, scanSync } from "libpg-query";
import { beforeAll, expect, test } from "vitest";
import { type TokenKind, tokenize } from "../../src/sql/tokens.ts";

beforeAll(() => loadModule());

test.each<[sql: string, tokens: readonly (readonly [TokenKind, string])[]]>([
  ["", []],
  [
    "Create é$1",
    [
      ["word", "Create"],
      ["word", "é$1"],
    ],
  ],
  [
    '"a""b" U&"x"',
    [
      ["quoted-identifier", '"a""b"'],
      ["quoted-identifier", 'U&"x"'],
    ],
  ],
  [
    "'a''b' E'\\'' $a$;$a$ u&'x'",
    [
      ["string", "'a''b'"],
      ["string", "E'\\''"],
      ["string", "$a$;$a$"],
      ["string", "u&'x'"],
    ],
  ],
  [
    "'a'\n 'b' 'c'",
    [
      ["string", "'a'\n 'b'"],
      ["string", "'c'"],
    ],
  ],
  [
    "u& 'x'",
    [
      ["word", "u"],
      ["operator", "&"],
      ["string", "'x'"],
    ],
  ],
  [
    "1 1.5 .5 1. 1e-5 1_000 0xFF 1e",
    ["1", "1.5", ".5", "1.", "1e-5", "1_000", "0xFF", "1e"].map((text) => ["number", text] as const),
  ],
  [
    "1..2",
    [
      ["number", "1"],
      ["operator", ".."],
      ["number", "2"],
    ],
  ],
  [
    "$1,$22",
    [
      ["parameter", "$1"],
      ["punctuation", ","],
      ["parameter", "$22"],
    ],
  ],
  [
    "a.b(c)[1];",
    [
      ["word", "a"],
      ["punctuation", "."],
      ["word", "b"],
      ["punctuation", "("],
      ["word", "c"],
      ["punctuation", ")"],
      ["punctuation", "["],
      ["number", "1"],
      ["punctuation", "]"],
      ["punctuation", ";"],
    ],
  ],
  [
    "a::b := c : d",
    [
      ["word", "a"],
      ["operator", "::"],
      ["word", "b"],
      ["operator", ":="],
      ["word", "c"],
      ["punctuation", ":"],
      ["word", "d"],
    ],
  ],
  [
    "1-1 =-1 @-1 *-- x\n2",
    [
      ["number", "1"],
      ["operator", "-"],
      ["number", "1"],
      ["operator", "="],
      ["operator", "-"],
      ["number", "1"],
      ["operator", "@-"],
      ["number", "1"],
      ["operator", "*"],
      ["number", "2"],
    ],
  ],
  [
    "a+/* + */b ->> c <> d",
    [
      ["word", "a"],
      ["operator", "+"],
      ["word", "b"],
      ["operator", "->>"],
      ["word", "c"],
      ["operator", "<>"],
      ["word", "d"],
    ],
  ],
])("the tokens of %j are told apart", (sql, expected) => {
  expect(tokenize(sql).map(({ kind, text }) => [kind, text])).toEqual(expected);
});

test("offsets serve to splice: an index name goes in behind CONCURRENTLY", () => {
  const sql = "CREATE INDEX /* é😀 */ concurrently ON t (a)";
  const token = tokenize(sql).find(({ text }) => text.toUpperCase() === "CONCURRENTLY");
  const at = token?.end ?? 0;
  expect(`${sql.slice(0, at)} t_a_idx${sql.slice(at)}`).toBe("CREATE INDEX /* é😀 */ concurrently t_a_idx ON t (a)");
});

test.each([
  "select a.b, 1.5e3, .5, $1, 'x''y', E'\\'', U&'x', B'1', X'f', $q$ ; $q$, \"a\"\"b\", U&\"x\" from t",
  "select 1+-1, 1 =-1, a->>'b', a @-1, a<>b, a<=b, x::int, f(a := 1, b => 2), a[1:2]",
  "select 0x1F, 0b11, 1_000, 1., 1e+5 -- c\n, 2 /* a /* b */ c */ * 3, 'a'\n'b', 'é😀', é, @@ 1, a ?| b",
  "create function f(a int) returns int language sql begin atomic select a; end",
])("the tokens are those of PostgreSQL's own scanner: %s", (sql) => {
  const bytes = Buffer.from(sql);
  const expected = scanSync(sql)
    .tokens.filter(({ tokenName }) => !/COMMENT/.test(tokenName))
    .map(({ start, end }) => bytes.subarray(start, end).toString());
  expect(tokenize(sql).map(({ text }) => text)).toEqual(expected);
});

test("what PostgreSQL's scanner refuses still has tokens, so that the parser is the one to complain", () => {
  expect(() => scanSync("select 12ab")).toThrow();
  expect(tokenize("select 12ab \\ {").map(({ text }) => text)).toEqual(["select", "12ab", "\\", "{"]);
});
