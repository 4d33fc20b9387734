import { describe, expect, test } from "vitest";
import { type SchemaPatterns, schemaFilter } from "../../src/catalog/read/schema-patterns.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";

const SCHEMAS = [
  "public",
  "app_one",
  "app_two",
  "a.b",
  "(x)",
  "größe",
  "lockkeeper",
  "information_schema",
  "pg_catalog",
  "pg_toast",
  "pg_temp",
  "pg_temp_3",
];

describe("schema patterns", () => {
  test.each<readonly [string, SchemaPatterns, readonly string[]]>([
    ["none", {}, ["public", "app_one", "app_two", "a.b", "(x)", "größe"]],
    ["a name", { include: ["public"] }, ["public"]],
    ["a wildcard", { include: ["app_*"] }, ["app_one", "app_two"]],
    ["a wildcard for one character", { include: ["gr??e"] }, ["größe"]],
    ["several", { include: ["public", "*_one"] }, ["public", "app_one"]],
    ["an exclusion", { exclude: ["app_*", "gr*"] }, ["public", "a.b", "(x)"]],
    ["both", { include: ["app_*"], exclude: ["*two"] }, ["app_one"]],
    ["characters that expressions use", { include: ["a.b", "(x)"] }, ["a.b", "(x)"]],
    ["a dot for nothing but a dot", { include: ["app.one"] }, []],
    ["a system schema by its name", { include: ["information_schema", "pg_temp"] }, ["information_schema", "pg_temp"]],
    ["Lockkeeper's own by its name", { include: ["lockkeeper"] }, ["lockkeeper"]],
    ["a system schema by a wildcard", { include: ["pg_*", "lock*"] }, []],
  ])("%s", (_, patterns, expected) => {
    expect(SCHEMAS.filter(schemaFilter(patterns))).toEqual(expected);
  });
});

describe("the schemas of a catalog", () => {
  test("are those asked for, with everything in them and nothing from elsewhere", async () => {
    await using db = await testDatabase();
    await db.query(`
      CREATE SCHEMA one; CREATE SCHEMA two; CREATE SCHEMA lockkeeper;
      CREATE TABLE one.t (a int PRIMARY KEY); CREATE TABLE two.t (a int REFERENCES one.t); CREATE TABLE lockkeeper.run (a int);
      CREATE TYPE one.e AS ENUM (); CREATE FUNCTION one.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SEQUENCE one.s;
      CREATE VIEW two.v AS SELECT a FROM one.t;
      ALTER DEFAULT PRIVILEGES IN SCHEMA one GRANT SELECT ON TABLES TO public`);
    await using session = await connect(db.url);
    const all = await readCatalog(session.query);
    expect(all.schemas.map(({ name }) => name)).toEqual(["one", "public", "two"]);
    const two = await readCatalog(session.query, { schemas: { include: ["two"] } });
    expect(two.tables).toEqual(all.tables.filter(({ schema }) => schema === "two"));
    expect(two.views).toEqual(all.views);
    for (const list of ["enums", "routines", "sequences", "defaultPrivileges"] as const) {
      expect(all[list]).toHaveLength(1);
      expect(two[list]).toEqual([]);
    }
    // The referenced table is named, not read.
    expect(two.tables[0]?.constraints[0]).toMatchObject({ references: { schema: "one", name: "t", columns: ["a"] } });
    expect(two.dependencies).toEqual([{ from: "constraint:two.t.t_a_fkey", to: "column:two.t.a", kind: "automatic" }]);
  });

  test("can be the session's own temporary one", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    await session.query(
      "CREATE TEMPORARY TABLE t (a int PRIMARY KEY) ON COMMIT PRESERVE ROWS; CREATE TEMPORARY SEQUENCE s",
    );
    expect((await readCatalog(session.query)).tables).toEqual([]);
    const { tables, sequences } = await readCatalog(session.query, { schemas: { include: ["pg_temp"] } });
    expect(tables).toMatchObject([
      { schema: "pg_temp", name: "t", persistence: "temporary", indexes: [{ name: "t_pkey" }] },
    ]);
    expect(sequences).toMatchObject([{ schema: "pg_temp", name: "s", persistence: "temporary" }]);
  });
});
