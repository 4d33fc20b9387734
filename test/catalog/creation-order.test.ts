import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect } from "../../src/postgres/session.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { SHOP, SHOP_STATEMENTS } from "./shop.ts";

async function catalogOf(db: TestDatabase): Promise<Catalog> {
  await using session = await connect(db.url);
  return await readCatalog(session.query);
}

async function catalogAfter(...statements: readonly string[]): Promise<Catalog> {
  await using db = await testDatabase();
  for (const statement of statements) {
    await db.query(statement);
  }
  return await catalogOf(db);
}

/** Takes items by a fixed sequence of numbers: the same disorder every time. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const left = [...items];
  const result: T[] = [];
  for (let state = seed; left.length > 0; state = (state * 1_103_515_245 + 12_345) % 2 ** 31) {
    result.push(...left.splice(state % left.length, 1));
  }
  return result;
}

/** Runs what can be run, until everything has been. */
async function runInAnyOrder(db: TestDatabase, statements: readonly string[]): Promise<void> {
  let waiting = statements;
  while (waiting.length > 0) {
    const refused: string[] = [];
    for (const statement of waiting) {
      await db.query(statement).catch(() => refused.push(statement));
    }
    expect(refused.length).toBeLessThan(waiting.length);
    waiting = refused;
  }
}

describe("the same schema has the same catalog and the same fingerprint", () => {
  test.each([7, 77, 777, 7777])("when its objects are made in another order (%i)", async (seed) => {
    await using db = await testDatabase();
    await runInAnyOrder(db, shuffled(SHOP_STATEMENTS, seed));
    const [catalog, usual] = [await catalogOf(db), await catalogAfter(SHOP)];
    expect({ ...catalog, facts: undefined }).toEqual({ ...usual, facts: undefined });
    expect(catalogFingerprint(catalog)).toBe(catalogFingerprint(usual));
  });

  test("when other objects came and went before and in between", async () => {
    const noise = SHOP_STATEMENTS.flatMap((statement, at) => [
      `CREATE TABLE noise_${at} (a int PRIMARY KEY, b text DEFAULT 'x' CHECK (b <> ''))`,
      `CREATE FUNCTION noise_${at}() RETURNS int LANGUAGE sql RETURN 1`,
      statement,
      `DROP TABLE noise_${at}`,
      `DROP FUNCTION noise_${at}`,
    ]);
    const catalog = await catalogAfter(SHOP, "DROP SCHEMA shop CASCADE; DROP PUBLICATION shop", ...noise);
    expect(catalogFingerprint(catalog)).toBe(catalogFingerprint(await catalogAfter(SHOP)));
  });

  test.each([
    [
      "a column",
      "CREATE TABLE t (gone int, a int, gone2 int, b int); ALTER TABLE t DROP gone, DROP gone2",
      "CREATE TABLE t (a int, b int)",
    ],
    [
      "an added column",
      "CREATE TABLE t (a int); INSERT INTO t VALUES (1); ALTER TABLE t ADD b int DEFAULT 5",
      "CREATE TABLE t (a int, b int DEFAULT 5)",
    ],
    ["a key", "CREATE TABLE t (a int); ALTER TABLE t ADD PRIMARY KEY (a)", "CREATE TABLE t (a int PRIMARY KEY)"],
    [
      "a key from an index",
      "CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX t_pkey ON t (a); ALTER TABLE t ADD PRIMARY KEY USING INDEX t_pkey",
      "CREATE TABLE t (a int PRIMARY KEY)",
    ],
    [
      "a partition",
      "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE t (a int); ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (1)",
      "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE t (a int); ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (1, 2); ALTER TABLE p DETACH PARTITION t; ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (1)",
    ],
    [
      "an index of partitions",
      "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT; CREATE INDEX i ON p (a)",
      "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT; CREATE INDEX i ON ONLY p (a); CREATE INDEX t_a_idx ON t (a); ALTER INDEX i ATTACH PARTITION t_a_idx",
    ],
    [
      "an enum label",
      "CREATE TYPE e AS ENUM ('a', 'c'); ALTER TYPE e ADD VALUE 'b' BEFORE 'c'",
      "CREATE TYPE e AS ENUM ('a', 'b', 'c')",
    ],
    ["a type", "CREATE TABLE t (a int); ALTER TABLE t ALTER a TYPE text", "CREATE TABLE t (a text)"],
    [
      "index options",
      "CREATE TABLE t (a int); CREATE INDEX i ON t (a) WITH (fillfactor = 70); ALTER INDEX i SET (deduplicate_items = off)",
      "CREATE TABLE t (a int); CREATE INDEX i ON t (a) WITH (deduplicate_items = off); ALTER INDEX i SET (fillfactor = 70)",
    ],
    [
      "table options",
      "CREATE TABLE t (a int) WITH (fillfactor = 70); ALTER TABLE t SET (autovacuum_enabled = off)",
      "CREATE TABLE t (a int) WITH (autovacuum_enabled = off, fillfactor = 70)",
    ],
    [
      "a routine's settings",
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = '5MB' SET jit = off AS 'SELECT 1'",
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f SET jit = off; ALTER FUNCTION f SET work_mem = '5MB'",
    ],
    [
      "grants",
      "CREATE TABLE t (a int); GRANT SELECT ON t TO pg_monitor; GRANT INSERT ON t TO pg_signal_backend",
      "CREATE TABLE t (a int); GRANT INSERT ON t TO pg_signal_backend; GRANT SELECT ON t TO pg_monitor",
    ],
    [
      "an array's name",
      "CREATE TYPE mood AS ENUM (); CREATE TABLE t (a mood[])",
      "CREATE TYPE _mood AS ENUM (); CREATE TYPE mood AS ENUM (); CREATE TABLE t (a mood[]); DROP TYPE _mood",
    ],
    [
      "references to a partitioned table",
      "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); CREATE TABLE t (a int REFERENCES p)",
      "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); CREATE TABLE t (a int REFERENCES p); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
    ],
    [
      "an identity",
      "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)",
      "CREATE TABLE t (a int NOT NULL); ALTER TABLE t ALTER a ADD GENERATED BY DEFAULT AS IDENTITY; ALTER TABLE t ALTER a SET GENERATED ALWAYS; INSERT INTO t DEFAULT VALUES",
    ],
    [
      "a check of two columns",
      "CREATE TABLE t (a int, b int, CONSTRAINT c CHECK (b > a))",
      "CREATE TABLE t (a int, b int); ALTER TABLE t ADD CONSTRAINT c CHECK (b > a) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c",
    ],
  ])("when %s got there by another way", async (_, one, other) => {
    expect(catalogFingerprint(await catalogAfter(one))).toBe(catalogFingerprint(await catalogAfter(other)));
  });
});

describe("a fingerprint may pass over", () => {
  test("the order of a table's columns", async () => {
    const one = await catalogAfter("CREATE TABLE t (a int, b text)");
    const other = await catalogAfter("CREATE TABLE t (b text, a int)");
    const another = await catalogAfter("CREATE TABLE t (b text, a bigint)");
    expect(catalogFingerprint(one)).not.toBe(catalogFingerprint(other));
    const [first, second, third] = [one, other, another].map((catalog) =>
      catalogFingerprint(catalog, { columnOrder: false }),
    );
    expect(first).toBe(second);
    expect(first).not.toBe(third);
  });

  test("owners and grants, and nothing that is called so elsewhere", async () => {
    const plain = await catalogAfter(SHOP);
    const granted = await catalogAfter(
      SHOP,
      "ALTER TABLE shop.customer OWNER TO pg_monitor",
      "GRANT SELECT (id) ON shop.customer TO public",
      "GRANT EXECUTE ON FUNCTION shop.slug TO pg_monitor",
      "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor",
    );
    expect(catalogFingerprint(plain)).not.toBe(catalogFingerprint(granted));
    const without = { privileges: false };
    expect(catalogFingerprint(plain, without)).toBe(catalogFingerprint(granted, without));
    const wrapper = "CREATE FOREIGN DATA WRAPPER w OPTIONS (owner 'one')";
    const [one, two] = [await catalogAfter(wrapper), await catalogAfter(wrapper.replace("one", "two"))];
    expect(catalogFingerprint(one, without)).not.toBe(catalogFingerprint(two, without));
  });
});
