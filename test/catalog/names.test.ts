import { expect, test } from "vitest";
import { objectId } from "../../src/catalog/object-id.ts";
import { parseCatalog } from "../../src/catalog/parse-catalog.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { stableJson } from "../../src/catalog/stable-json.ts";
import { connect } from "../../src/postgres/session.ts";
import { quoteIdentifier } from "../../src/sql/quote.ts";
import { testDatabase } from "../support/database.ts";

const NAMES: readonly (readonly [what: string, name: string])[] = [
  ["capitals", "Orders"],
  ["a blank", "two words"],
  ["quotes", `it's "quoted"`],
  ["dots", "a.b.c"],
  ["a reserved word", "select"],
  ["letters outside ASCII", "Größe_日本語"],
  ["letters outside the basic plane", "🛶 canal"],
  ["63 bytes", "x".repeat(63)],
  ["63 bytes of two-byte letters", `${"ä".repeat(31)}x`],
  ["a backslash", "back\\slash"],
  ["line ends", "two\nlines"],
  ["brackets and commas", "f(a, b)"],
  ["a name that objects have a use for", "__proto__"],
];

test.each(NAMES)("names with %s are kept as they are", async (_, name) => {
  await using db = await testDatabase();
  const q = quoteIdentifier(name);
  await db.query(`
    CREATE SCHEMA ${q};
    CREATE TYPE ${q}.${q} AS ENUM ('${name.replaceAll("'", "''")}');
    CREATE FUNCTION ${q}.${q}(${q}.${q}) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
    CREATE SEQUENCE ${q}.s;
    CREATE TABLE ${q}.t (${q} ${q}.${q}, n bigint DEFAULT nextval('${`${q}.s`.replaceAll("'", "''")}'), CONSTRAINT ${q} CHECK (${q}.${q}(${q})));
    CREATE INDEX i ON ${q}.t (${q}) WHERE ${q}.${q}(${q});
    CREATE POLICY ${q} ON ${q}.t USING (${q}.${q}(${q}));
    CREATE VIEW ${q}.v AS SELECT ${q} FROM ${q}.t`);
  await using session = await connect(db.url);
  const catalog = await readCatalog(session.query);
  expect(catalog.schemas.map((schema) => schema.name)).toContain(name);
  expect(catalog.enums[0]).toMatchObject({ schema: name, name, labels: [name] });
  expect(catalog.routines[0]).toMatchObject({ schema: name, name, identityArguments: `${q}.${q}` });
  expect(catalog.tables[0]).toMatchObject({
    schema: name,
    columns: [{ name, type: { schema: name, name } }, { name: "n" }],
    constraints: [{ name, columns: [name] }],
    indexes: [{ keys: [{ column: name }] }],
    policies: [{ name }],
  });
  expect(catalog.views[0]?.columns[0]?.name).toBe(name);
  expect(catalog.dependencies.filter(({ from }) => from.startsWith("view:"))).toEqual([
    { from: objectId("view", name, "v"), to: objectId("column", name, "t", name), kind: "normal" },
  ]);
  expect(parseCatalog(stableJson(catalog))).toEqual(catalog);
});

test("the name in an id is one that SQL understands", async () => {
  await using db = await testDatabase();
  for (const [, name] of NAMES) {
    const q = quoteIdentifier(name);
    await db.query(`CREATE SCHEMA ${q}; CREATE TABLE ${q}.${q} (a int)`);
    const id = objectId("table", name, name);
    const [row] = await db.query("SELECT relname FROM pg_class WHERE oid = to_regclass($1)", [
      id.slice("table:".length),
    ]);
    expect(row).toEqual({ relname: name });
  }
});

test("different paths of names never make the same id", () => {
  expect(objectId("column", "a", "b.c", "d")).not.toBe(objectId("column", "a", "b", "c.d"));
  expect(objectId("table", 'a"."b', "c")).not.toBe(objectId("table", "a", 'b"."c'));
});
