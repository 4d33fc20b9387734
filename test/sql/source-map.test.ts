import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lineAndColumnWithin, offsetOfByte, offsetOfPosition, SourceMap } from "../../src/sql/source-map.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const text = fc
  .array(fc.constantFrom("a", "é", "😀", "漢", "\n", "\r\n", "\r", " "), { maxLength: 40 })
  .map((parts) => parts.join(""));

/** The slow and plain way. */
function counted(before: string): { line: number; column: number } {
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

test("every offset of every text has the line and column that counting gives, in any order of look-ups", () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(60)), (source, offsets) => {
      const map = new SourceMap(source);
      for (const wanted of offsets) {
        // Not between the halves of a pair or of a line end: no token begins there.
        const prefix = source.slice(0, wanted).replace(/[\uD800-\uDBFF]$/, "");
        const offset = prefix.endsWith("\r") && source[prefix.length] === "\n" ? prefix.length - 1 : prefix.length;
        expect(map.lineAndColumn(offset)).toEqual(counted(source.slice(0, offset)));
      }
    }),
    { numRuns: 1000 },
  );
});

test("the byte order mark has no column", () => {
  const map = new SourceMap("\uFEFFab\nc");
  expect([1, 2, 4].map((offset) => map.lineAndColumn(offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 2, column: 1 },
  ]);
  expect(map.excerpt(2)).toBe("ab");
});

test("an excerpt is the whole line of an offset, and of a very long line the beginning", () => {
  const map = new SourceMap("one\r\n two é \rthree\n\nlast");
  expect([0, 3, 5, 8, 12, 18, 19, 20, 24].map((offset) => map.excerpt(offset))).toEqual([
    "one",
    "one",
    " two é ",
    " two é ",
    " two é ",
    "three",
    "",
    "last",
    "last",
  ]);
  expect(new SourceMap("x".repeat(999) + "😀" + "y".repeat(5000)).excerpt(3000)).toBe(`${"x".repeat(999)}\uFFFD…`);
});

test("a place carries the file and its line", () => {
  expect(new SourceMap("a\n é b").place("m.sql", 5)).toEqual({ file: "m.sql", line: 2, column: 4, excerpt: " é b" });
});

test("an offset within a statement is placed from where the statement begins", () => {
  const origin = { line: 7, column: 5 };
  expect(lineAndColumnWithin("select é\n 1", origin, 7)).toEqual({ line: 7, column: 12 });
  expect(lineAndColumnWithin("select é\n 1", origin, 10)).toEqual({ line: 8, column: 2 });
});

test("positions and bytes point at the same character as the offset", () => {
  fc.assert(
    fc.property(text, (source) => {
      let offset = 0;
      let byte = 0;
      let position = 1;
      for (const character of source) {
        expect(offsetOfPosition(source, position)).toBe(offset);
        expect(offsetOfByte(source, byte)).toBe(offset);
        offset += character.length;
        byte += Buffer.byteLength(character);
        position++;
      }
      expect(offsetOfPosition(source, position + 5)).toBe(source.length);
      expect(offsetOfByte(source, byte + 5)).toBe(source.length);
    }),
  );
});

test("the position of a server's error points at the word it complains about", async () => {
  const query = "select '😀é' as \"漢\",\n  nope_column from pg_class";
  const error: unknown = await database.query(query).catch((reason: unknown) => reason);
  const position = Number((error as { position?: string }).position);
  expect(query.slice(offsetOfPosition(query, position))).toMatch(/^nope_column /);
});
