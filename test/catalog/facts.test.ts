import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import type { RelationFacts } from "../../src/catalog/model/facts.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect, type Session } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";
import { SHOP } from "./shop.ts";

const factsOf = (catalog: Catalog, name: string): RelationFacts | undefined =>
  catalog.facts.relations?.find((relation) => relation.name === name);

/** A session that counts what it is asked. */
function counted(session: Session): { readonly query: Session["query"]; readonly queries: string[] } {
  const queries: string[] = [];
  return {
    queries,
    query: async (sql, params) => {
      queries.push(sql);
      return await session.query(sql, params);
    },
  };
}

describe("facts", () => {
  test("say how large relations are and what they hold", async () => {
    await using db = await testDatabase();
    await db.query(`
      CREATE TABLE t (id int PRIMARY KEY, half text, big text) WITH (autovacuum_enabled = off);
      ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
      INSERT INTO t SELECT i, CASE WHEN i % 2 = 0 THEN 'even' END, repeat('x', CASE i WHEN 1 THEN 100000 ELSE 1 END) FROM generate_series(1, 1000) i;
      CREATE INDEX t_half ON t (half);
      CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
      CREATE TABLE never (a int);
      ANALYZE t;
      ALTER TABLE t ADD later int DEFAULT 7`);
    await db.query("DELETE FROM t WHERE id > 900");
    await db.query("VACUUM m");
    await db.query("SELECT pg_stat_force_next_flush()");
    await using session = await connect(db.url);
    const catalog = await readCatalog(session.query, { facts: true });
    const t = factsOf(catalog, "t");
    const [sizes] = await db.query<{ heap: number; indexes: number; toast: number }>(
      "SELECT pg_relation_size('t')::int AS heap, pg_indexes_size('t')::int AS indexes, pg_total_relation_size(reltoastrelid)::int AS toast FROM pg_class WHERE oid = 't'::regclass",
    );
    expect(t).toMatchObject({
      schema: "public",
      rows: 1000,
      heapBytes: sizes?.heap,
      indexBytes: sizes?.indexes,
      toastBytes: sizes?.toast,
      deadRows: 100,
      lastAnalyze: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(Date.parse(t?.lastAnalyze ?? "")).toBeGreaterThan(Date.now() - 600_000);
    expect(t?.lastVacuum).toBeUndefined();
    expect(t?.columns).toEqual([
      { name: "id", hasMissingValue: false, nullFraction: 0, distinct: -1, averageWidth: 4 },
      { name: "half", hasMissingValue: false, nullFraction: 0.5, distinct: 1, averageWidth: 5 },
      expect.objectContaining({ name: "big", nullFraction: 0 }),
      { name: "later", hasMissingValue: true },
    ]);
    expect(t?.indexes.map(({ name }) => name)).toEqual(["t_half", "t_pkey"]);
    expect(t?.indexes.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(t?.indexBytes);
    expect(factsOf(catalog, "m")?.lastVacuum).toBeDefined();
    expect(factsOf(catalog, "never")).toMatchObject({
      rows: -1,
      heapBytes: 0,
      indexBytes: 0,
      columns: [{ name: "a", hasMissingValue: false }],
    });
  });

  test("of a partitioned table are the statistics over its partitions", async () => {
    await using db = await testDatabase();
    await db.query(`
      CREATE TABLE p (a int) PARTITION BY LIST (a);
      CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
      CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
      INSERT INTO p SELECT 1 + i % 2 FROM generate_series(1, 100) i;
      ANALYZE p`);
    await using session = await connect(db.url);
    const catalog = await readCatalog(session.query, { facts: true });
    expect(factsOf(catalog, "p")).toMatchObject({ rows: 100, heapBytes: 0, columns: [{ distinct: 2 }] });
    expect(factsOf(catalog, "p1")).toMatchObject({ rows: 50, columns: [{ distinct: 1 }] });
  });

  test("do not change the fingerprint", async () => {
    await using db = await testDatabase();
    await db.query(SHOP);
    await using session = await connect(db.url);
    const before = await readCatalog(session.query);
    await db.query(
      "INSERT INTO shop.customer (name) SELECT 'c' || i FROM generate_series(1, 500) i; INSERT INTO shop.orders (customer, total) SELECT 1, 5 FROM generate_series(1, 100)",
    );
    await db.query("ANALYZE");
    await db.query("ALTER DATABASE " + db.name + " CONNECTION LIMIT 50");
    await session.query(
      "SET TimeZone = 'Asia/Tokyo'; SET search_path = shop; SET IntervalStyle = iso_8601; SET DateStyle = German",
    );
    const after = await readCatalog(session.query, { facts: true });
    expect(after.facts).not.toEqual(before.facts);
    expect(catalogFingerprint(after)).toBe(catalogFingerprint(before));
  });

  test("name the server, the database and the session's settings even when nothing else was asked for", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    await session.query("SET TimeZone = 'Asia/Tokyo'");
    const { facts } = await readCatalog(session.query);
    expect(facts).toEqual({
      server: {
        version: expect.any(Number),
        database: db.name,
        encoding: "UTF8",
        settings: expect.objectContaining({ TimeZone: "Asia/Tokyo", wal_level: "logical" }),
      },
    });
    expect(Math.floor(facts.server.version / 10_000)).toBe(18);
  });

  test("count the rows written a second when asked to", async () => {
    await using db = await testDatabase();
    await db.query("CREATE TABLE busy (a int); CREATE TABLE quiet (a int)");
    await using session = await connect(db.url);
    await db.query("SELECT 1 FROM pg_stat_user_tables");
    let wrote = false;
    const query: Session["query"] = async (sql, params) => {
      // Between the two samples.
      if (sql.startsWith("BEGIN") && !wrote) {
        wrote = true;
        await db.query("INSERT INTO busy SELECT generate_series(1, 1000)");
        await db.query("SELECT pg_stat_force_next_flush()");
      }
      return await session.query(sql, params);
    };
    const catalog = await readCatalog(query, { sampleWritesMs: 200 });
    const rate = factsOf(catalog, "busy")?.writesPerSecond ?? 0;
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThanOrEqual(1000 / 0.2);
    expect(factsOf(catalog, "quiet")?.writesPerSecond).toBe(0);
  });
});

describe("the number of queries", () => {
  test("is ten, and twelve with the rate of writes, whatever the number of objects", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    const empty = counted(session);
    await readCatalog(empty.query);
    expect(empty.queries).toHaveLength(10);
    await db.query(SHOP);
    await db.query(
      "DO $$ BEGIN FOR i IN 1..50 LOOP EXECUTE format('CREATE TABLE t%s (a int PRIMARY KEY)', i); END LOOP; END $$",
    );
    const full = counted(session);
    await readCatalog(full.query, { sampleWritesMs: 1, extensions: true });
    expect(full.queries).toHaveLength(12);
  });
});
