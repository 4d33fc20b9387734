import { expect, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";

const WITH_EXTENSIONS = `
  CREATE EXTENSION pg_trgm;
  CREATE EXTENSION hstore;
  CREATE EXTENSION postgres_fdw;
  CREATE TABLE t (a hstore, b hstore[], c text, d text DEFAULT show_trgm('x')::text);
  CREATE INDEX i ON t USING gin (c gin_trgm_ops);
  CREATE FUNCTION mine(hstore) RETURNS int LANGUAGE sql AS 'SELECT 1'`;

test("what belongs to an extension is left out, and what needs it needs the extension", async () => {
  await using db = await testDatabase();
  await db.query(WITH_EXTENSIONS);
  await using session = await connect(db.url);
  const catalog = await readCatalog(session.query);
  expect(catalog.extensions.map(({ name }) => name)).toEqual(["hstore", "pg_trgm", "plpgsql", "postgres_fdw"]);
  expect(catalog.routines.map(({ name }) => name)).toEqual(["mine"]);
  expect(catalog.foreignDataWrappers).toEqual([]);
  expect(catalog.unmodelled).toEqual([]);
  expect(catalog.tables[0]?.indexes[0]?.keys[0]?.opclass).toEqual({ schema: "public", name: "gin_trgm_ops" });
  expect(catalog.dependencies).toEqual([
    { from: "column:public.t.a", to: "extension:hstore", kind: "normal" },
    { from: "column:public.t.b", to: "extension:hstore", kind: "normal" },
    { from: "default:public.t.d", to: "extension:pg_trgm", kind: "normal" },
    { from: "index:public.i", to: "column:public.t.c", kind: "automatic" },
    { from: "index:public.i", to: "extension:pg_trgm", kind: "normal" },
    { from: "routine:public.mine(public.hstore)", to: "extension:hstore", kind: "normal" },
  ]);
});

test("what belongs to an extension is there when it is asked for", async () => {
  await using db = await testDatabase();
  await db.query(WITH_EXTENSIONS);
  await using session = await connect(db.url);
  const catalog = await readCatalog(session.query, { extensions: true });
  expect(catalog.routines.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["mine", "show_trgm", "hstore_to_json"]),
  );
  expect(catalog.foreignDataWrappers.map(({ name }) => name)).toEqual(["postgres_fdw"]);
  expect(catalog.unmodelled).toContainEqual({ kind: "type", name: "public.hstore" });
  expect(catalog.unmodelled).toContainEqual({ kind: "operator class", name: "public.gin_trgm_ops USING gin" });
  expect(catalog.dependencies).toContainEqual({ from: "column:public.t.b", to: "type:public.hstore", kind: "normal" });
  expect(catalog.dependencies).toContainEqual({
    from: "routine:public.show_trgm(text)",
    to: "extension:pg_trgm",
    kind: "member",
  });
  expect(catalogFingerprint(catalog)).not.toBe(catalogFingerprint(await readCatalog(session.query)));
});

test("a schema that belongs to an extension is left out, what others put there is not", async () => {
  await using db = await testDatabase();
  await db.query(
    "CREATE SCHEMA made; CREATE EXTENSION hstore; ALTER EXTENSION hstore ADD SCHEMA made; CREATE TABLE made.t (a int)",
  );
  await using session = await connect(db.url);
  const catalog = await readCatalog(session.query);
  expect(catalog.schemas.map(({ name }) => name)).toEqual(["public"]);
  expect(catalog.tables.map(({ schema, name }) => `${schema}.${name}`)).toEqual(["made.t"]);
});
