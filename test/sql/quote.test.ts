import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../src/sql/quote.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test.each([
  ["orders", "orders"],
  ["_a1", "_a1"],
  ["Orders", '"Orders"'],
  ["1a", '"1a"'],
  ["a b", '"a b"'],
  ["a$b", '"a$b"'],
  ['a"b;', '"a""b;"'],
  ["é", '"é"'],
  ["", '""'],
  ["user", '"user"'],
  ["left", '"left"'],
  ["between", '"between"'],
  ["name", "name"],
])("the identifier %j is written %s", (name, written) => {
  expect(quoteIdentifier(name)).toBe(written);
});

test.each([
  ["", "''"],
  ["it's", "'it''s'"],
  ["a\nb", "'a\nb'"],
  ["C:\\it's", "E'C:\\\\it''s'"],
])("the text %j is written %s", (text, written) => {
  expect(quoteLiteral(text)).toBe(written);
});

test("a qualified name is quoted part by part", () => {
  expect(quoteQualified({ schema: "My schema", name: "order" })).toBe('"My schema"."order"');
  expect(quoteQualified({ name: "orders" })).toBe("orders");
});

test("exactly the key words the server quotes are quoted", async () => {
  const words = await database.query<{ word: string; written: string }>(
    "select word, quote_ident(word) as written from pg_get_keywords()",
  );
  expect(words.length).toBeGreaterThan(400);
  expect(words.map(({ word }) => quoteIdentifier(word))).toEqual(words.map(({ written }) => written));
});

const texts = fc.array(fc.string({ unit: fc.constantFrom(..."ab_1A$'\"\\ é😀\n;-".split(/(?:)/u)) }), {
  minLength: 50,
  maxLength: 50,
});

test("identifiers are written as the server's quote_ident writes them, and literals come back as they were", async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (all) => {
      const rows = await database.query<{ written: string; back: string[] }>(
        `select array(select quote_ident(t) from unnest($1::text[]) with ordinality u (t, n) order by n) as written,
                array[${all.map(quoteLiteral).join(",")}] as back`,
        [all],
      );
      expect(rows).toEqual([{ written: all.map(quoteIdentifier), back: all }]);
    }),
    { numRuns: 20 },
  );
});
