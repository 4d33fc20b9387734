import fc from "fast-check";
import { loadModule, parseSync, scanSync } from "libpg-query";
import { beforeAll, expect, test } from "vitest";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { blankCommentsInStrings } from "../../src/sql/continued-strings.ts";
import { splitSql } from "../../src/sql/split-sql.ts";
import { tokenize } from "../../src/sql/tokens.ts";

beforeAll(() => loadModule());

const RUNS = 3000;

/** Complete tokens, each of which hides something that would end or open a statement elsewhere. */
const token = fc.constantFrom(
  "select",
  "case",
  "end",
  "begin",
  "atomic",
  "from",
  "stdin",
  "a$b$c",
  "é$$",
  "1",
  "1.5e-3",
  "$1",
  "'a''b;'",
  "'--'",
  "'\\'",
  "'é😀\n;'",
  // An operator behind them, or a string on a later line would be their continuation and have escapes, too.
  "E'\\';' ||",
  "e'\\\\' ||",
  "U&'\\0061;'",
  "B'01'",
  '"a""b;"',
  '"/*"',
  "$$ ; ' $$",
  "$é$ $$;\r\n$x$ $é$",
  "(a; b)",
  "((;);'(')",
  "@-",
  "*",
  "::",
  ",",
);
/** What may stand between tokens. */
const blank = fc.constantFrom(
  " ",
  "\n",
  "\r\n",
  "\r",
  "\t",
  " -- it's ; $$\n",
  "/* ; ' /* $$ */ ; */",
  " /* é😀 */ ",
  "\f",
);
const between = fc.array(blank, { minLength: 1, maxLength: 3 }).map((parts) => ` ${parts.join("")}`);
/** `word` first, so that no statement is a COPY or a routine by chance. */
const statement = fc
  .array(fc.tuple(between, token), { maxLength: 6 })
  .map((rest) => `word${rest.map(([blanks, text]) => blanks + text).join("")}`);
const special = fc.constantFrom(
  "create rule r as on insert to t do (delete from a; delete from b)",
  "create function f() returns int begin atomic select case when a then b end; select ';' as end; end",
  "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC END",
  "create table begin (atomic int)",
);
const copy = fc
  .array(fc.constantFrom("1\t2", "it's; $$", "\\N", "", "\\.x", "/* --", "é😀"), { maxLength: 4 })
  .map((rows) => ({ text: "copy t from stdin", data: rows }));

interface Piece {
  readonly before: string;
  readonly text: string;
  readonly data?: readonly string[];
}

const piece: fc.Arbitrary<Piece> = fc
  .tuple(
    fc.array(fc.oneof(blank, fc.constant(";")), { maxLength: 3 }),
    fc.oneof(
      { weight: 6, arbitrary: statement.map((text) => ({ text })) },
      { weight: 1, arbitrary: special.map((text) => ({ text })) },
      { weight: 1, arbitrary: copy },
    ),
  )
  .map(([before, body]) => ({ before: before.join(""), ...body }));

test("what was put together from statements is split into the same statements, at the right places", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("", "\uFEFF"),
      fc.array(piece, { maxLength: 8 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      (mark, pieces, lineEnd) => {
        let source = mark;
        const expected = pieces.map(({ before, text, data }) => {
          source += before;
          // Counted here the slow way: the lines before, then the characters of the last one.
          const lines = source.replace("\uFEFF", "").split(/\r\n|\r|\n/);
          const place = { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
          const found = { text, start: source.length, end: source.length + text.length, ...place };
          source += `${text};`;
          if (data === undefined) return found;
          source += [lineEnd, ...data.map((row) => row + lineEnd), "\\.", lineEnd].join("");
          return { ...found, copyData: data.map((row) => `${row}\n`).join("") };
        });
        expect(splitSql(source)).toEqual({ statements: expected, metaCommands: [] });
      },
    ),
    { numRuns: RUNS },
  );
});

const scrap = fc.oneof(
  token,
  blank,
  fc.constantFrom(
    ..."'\"$;()\\/*-Ee:é".split(""),
    "E'",
    'U&"',
    "$a$",
    "/*",
    "*/",
    "copy t from stdin;",
    "\\.",
    "\n\\.\n",
  ),
  fc.string({ unit: "binary" }),
);

test("any text is either split into slices of itself or refused by a named error with a place", () => {
  let split = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.array(scrap), (scraps) => {
      const source = scraps.join("");
      try {
        let last = 0;
        for (const { text, start, end } of splitSql(source).statements) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(source.slice(start, end)).toBe(text);
          last = end;
        }
        split++;
      } catch (error) {
        if (!(error instanceof LockkeeperError)) throw error;
        expect(error.code).toBe("sql_syntax");
        expect(error.at?.line).toBeGreaterThanOrEqual(1);
        expect(error.at?.column).toBeGreaterThanOrEqual(1);
        refused++;
      }
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(split, refused)).toBeGreaterThan(RUNS / 20);
});

const parseable = fc.oneof(
  special,
  fc.constantFrom(
    "select E'\\';' as \"end;\"",
    "select 'a'\n  '\\' || E'\\';'",
    "select a$b$c, $1, $$;$$, $é$ $$ ; $é$",
    "select 1 - -1, 2 */* ; */3, 4 @-1",
    "select U&'\\0061;', B'01', N'x;', U&\";\"",
    "create table t (a int default 1, b text check (b <> ';'))",
    "do $do$ begin perform 1; end; $do$",
    "begin",
    "end",
    "select case when true then 'begin' else ';' end",
    "insert into \"a;b\" values ('é😀;', '--'), (E'\\\\', '/*')",
    "create function f() returns int as $f$ select 1; $f$ language sql",
    "create or replace function begin() returns int begin atomic; select 1 case; select 2 end; end",
  ),
);

test("a file has as many statements as PostgreSQL's parser finds in it", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(blank, parseable, blank), { minLength: 1, maxLength: 10 }), (parts) => {
      const source = parts.map(([before, text, after]) => `${before}${text}${after};`).join("");
      expect(splitSql(source).statements.length).toBe(parseSync(source).stmts?.length);
    }),
    { numRuns: RUNS },
  );
});

test("each statement of a file parses on its own to what it is within the file", () => {
  fc.assert(
    fc.property(fc.array(parseable, { minLength: 1, maxLength: 6 }), (parts) => {
      const source = parts.join(" ; \n");
      const inFile = (parseSync(source).stmts ?? []).map(({ stmt }) => Object.keys(stmt ?? {}));
      const alone = splitSql(source).statements.map(({ text }) => Object.keys(parseSync(text).stmts?.[0]?.stmt ?? {}));
      expect(alone).toEqual(inFile);
    }),
    { numRuns: RUNS / 10 },
  );
});

test("the tokens of a statement are those of PostgreSQL's own scanner", () => {
  const piece = fc.oneof(
    token,
    blank,
    fc.string({ unit: fc.constantFrom(..."~!@#^&|`?+-*%<>=".split("")), minLength: 1, maxLength: 5 }),
    fc.constantFrom(".", ":=", "..", "[", "1.", ".5", "0xF", "_1"),
  );
  let compared = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
      const source = parts.join("");
      try {
        scanSync(source);
      } catch {
        return; // what the scanner refuses has no tokens to compare with
      }
      compared++;
      // The library's scanner does not pass over comments between the parts of a string; the server's does.
      const blanked = blankCommentsInStrings(source);
      expect(tokenize(blanked).map(({ text }) => text)).toEqual(scannedTokens(blanked));
    }),
    { numRuns: RUNS },
  );
  expect(compared).toBeGreaterThan(RUNS / 4);
});

function scannedTokens(source: string): string[] {
  const bytes = Buffer.from(source);
  return scanSync(source)
    .tokens.filter(({ tokenName }) => !tokenName.endsWith("COMMENT"))
    .map(({ start, end }) => bytes.subarray(start, end).toString());
}
