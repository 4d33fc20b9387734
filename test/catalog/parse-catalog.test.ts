import { describe, expect, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { parseCatalog } from "../../src/catalog/parse-catalog.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { stableJson } from "../../src/catalog/stable-json.ts";
import { connect } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";
import { SHOP } from "./shop.ts";

describe("a catalog as text", () => {
  test("comes back as it was", async () => {
    await using db = await testDatabase();
    await db.query(SHOP);
    await using session = await connect(db.url);
    const catalog = await readCatalog(session.query, { facts: true });
    const again = parseCatalog(stableJson(catalog, 2));
    expect(again).toEqual(catalog);
    expect(catalogFingerprint(again)).toBe(catalogFingerprint(catalog));
    expect(stableJson(again)).toBe(stableJson(catalog));
  });

  test.each([
    ["no JSON", "{", /shop\.json is not JSON: /],
    ["no object", "7", /shop\.json is JSON, but no catalog/],
    ["no format", "{}", /no format number/],
    ["another format", '{"format":99}', /has the format 99; this program reads the format 1/],
    ["a part only", '{"format":1,"schemas":[]}', /lacks tables/],
  ])("is refused when it is %s", (_, text, message) => {
    expect(() => parseCatalog(text, "shop.json")).toThrow(
      expect.objectContaining({ code: "snapshot_invalid", message: expect.stringMatching(message) }),
    );
  });
});

describe("stable JSON", () => {
  test("depends on the data alone, not on the order of its keys", () => {
    expect(stableJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
    expect(stableJson({ a: null, b: [{ c: 2, d: 1 }] })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });

  test("keeps a key that objects have a use for themselves", () => {
    const data: unknown = JSON.parse('{"__proto__":{"x":1},"a":2}');
    expect(stableJson(data)).toBe('{"__proto__":{"x":1},"a":2}');
  });
});
