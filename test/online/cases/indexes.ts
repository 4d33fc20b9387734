import type { OnlineCase } from "../online-case.ts";
import { FAMILY, MEASURES, QUOTED, SHOP } from "./shop.ts";

const VIEW = `${SHOP} CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;`;

/** CREATE INDEX, DROP INDEX, REINDEX, REFRESH. */
export const INDEX_CASES: readonly OnlineCase[] = [
  {
    name: "an index",
    given: SHOP,
    migration: "CREATE INDEX orders_at ON orders (at)",
    runs: ["CREATE INDEX CONCURRENTLY orders_at ON orders (at)"],
  },
  { name: "an index without a name", given: SHOP, migration: `CREATE UNIQUE INDEX ON customer ("Größe")` },
  {
    name: "an index of an expression",
    given: SHOP,
    migration: "CREATE INDEX ON customer (lower(email), id DESC NULLS LAST)",
  },
  { name: "a partial index", given: SHOP, migration: "CREATE INDEX late ON orders (at) WHERE total > 100" },
  {
    name: "a unique index with all its trimmings",
    given: SHOP,
    migration: `CREATE UNIQUE INDEX "u I" ON public.customer USING btree (email COLLATE "C" text_pattern_ops DESC) INCLUDE ("Größe") NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE id > 0`,
  },
  { name: "a hash index", given: SHOP, migration: "CREATE INDEX ON customer USING hash (email)" },
  {
    name: "an index if it does not exist",
    given: SHOP,
    migration: "CREATE INDEX IF NOT EXISTS orders_note ON orders (note)",
  },
  {
    name: "an index that exists already",
    given: `${SHOP} CREATE INDEX orders_note ON orders (note);`,
    migration: "CREATE INDEX IF NOT EXISTS orders_note ON orders (note)",
  },
  {
    name: "an index that is concurrent already",
    given: SHOP,
    migration: "CREATE INDEX CONCURRENTLY orders_note ON orders (note)",
    runs: ["CREATE INDEX CONCURRENTLY orders_note ON orders (note)"],
  },
  {
    name: "an index with quoted names",
    given: QUOTED,
    migration: `CREATE INDEX "Ix ""1""" ON "Läden"."Be""stellung" ("日付", "Kunde Nr")`,
  },
  {
    name: "an index without a name on quoted names",
    given: QUOTED,
    migration: `CREATE INDEX ON "Läden"."Be""stellung" ("日付", lower("Kunde Nr"::text))`,
  },
  {
    name: "an index on a table with comments between the words",
    given: SHOP,
    migration: "CREATE /* a */ INDEX -- b\n ON ONLY orders /* on */ (note)",
  },
  { name: "an index on a parent with children", given: FAMILY, migration: "CREATE INDEX ON asset (name)" },
  { name: "an index of a materialized view", given: VIEW, migration: "CREATE UNIQUE INDEX ON totals (customer_id)" },
  {
    name: "two indexes and their comment",
    given: SHOP,
    migration: "CREATE INDEX a ON orders (at); COMMENT ON INDEX a IS 'by time'; CREATE INDEX b ON orders (note)",
  },
  {
    name: "an index that is dropped",
    given: `${SHOP} CREATE INDEX i ON orders (at);`,
    migration: "DROP INDEX i",
    runs: ["DROP INDEX CONCURRENTLY"],
  },
  {
    name: "indexes that are dropped",
    given: `${SHOP} CREATE INDEX i ON orders (at); CREATE INDEX "J j" ON customer (email);`,
    migration: `DROP INDEX IF EXISTS public.i, "J j", missing`,
  },
  {
    name: "an index with dependents is dropped by cascade",
    given: `${SHOP} CREATE UNIQUE INDEX i ON customer (email); CREATE TABLE refer (email text REFERENCES customer (email));`,
    migration: "DROP INDEX i CASCADE",
    runs: ["DROP INDEX i CASCADE"],
  },
  {
    name: "an index of a partitioned table is dropped",
    given: `${MEASURES} CREATE INDEX i ON measure (value);`,
    migration: "DROP INDEX i",
  },
  {
    name: "an index of a partition is dropped",
    given: `${MEASURES} CREATE INDEX i ON measure_2024 (value);`,
    migration: "DROP INDEX i",
  },
  {
    name: "an index is built again",
    given: `${SHOP} CREATE INDEX i ON orders (at);`,
    migration: "REINDEX INDEX i",
    runs: ["REINDEX INDEX CONCURRENTLY i"],
  },
  { name: "the indexes of a table are built again", given: SHOP, migration: "REINDEX TABLE public.orders" },
  { name: "the indexes of a schema are built again", given: QUOTED, migration: `REINDEX (VERBOSE) SCHEMA "Läden"` },
  {
    name: "the indexes of a table called index are built again",
    given: `${SHOP} ALTER TABLE orders RENAME TO "index";`,
    migration: `REINDEX TABLE "index"`,
  },
  {
    name: "the indexes of a partitioned table are built again",
    given: `${MEASURES} CREATE INDEX ON measure (value);`,
    migration: "REINDEX TABLE measure",
  },
  {
    name: "a materialized view with a unique index is refreshed",
    given: `${VIEW} CREATE UNIQUE INDEX ON totals (customer_id);`,
    migration: "REFRESH MATERIALIZED VIEW totals",
    runs: ["REFRESH MATERIALIZED VIEW CONCURRENTLY totals"],
  },
  {
    name: "a materialized view without a unique index is refreshed",
    given: VIEW,
    migration: "REFRESH MATERIALIZED VIEW totals",
    refused: /no unique index.*create a unique index/is,
  },
  {
    name: "a materialized view that was never filled is refreshed",
    given: `${SHOP} CREATE MATERIALIZED VIEW totals AS SELECT sum(total) FROM orders WITH NO DATA;`,
    migration: "REFRESH MATERIALIZED VIEW totals",
    runs: ["REFRESH MATERIALIZED VIEW totals"],
    worksUnderLock: "nobody can read it yet",
  },
  { name: "a materialized view is emptied", given: VIEW, migration: "REFRESH MATERIALIZED VIEW totals WITH NO DATA" },
  {
    name: "an index of a partitioned table",
    given: MEASURES,
    migration: "CREATE INDEX ON measure (sensor_id, at DESC)",
  },
  {
    name: "a unique index of a partitioned table",
    given: `${MEASURES} ALTER TABLE measure_2025 DETACH PARTITION measure_2025_rest; DROP TABLE measure_2025_rest;`,
    migration: "CREATE UNIQUE INDEX u ON measure (sensor_id, at, value)",
  },
  {
    name: "an index of a partitioned table if it does not exist",
    given: MEASURES,
    migration: `CREATE INDEX IF NOT EXISTS "m V" ON public.measure USING btree (value) WITH (fillfactor = 80) WHERE value > 3`,
  },
  {
    name: "the frame of an index of a partitioned table",
    given: MEASURES,
    migration: "CREATE INDEX i ON ONLY measure (value)",
    runs: ["CREATE INDEX i ON ONLY measure"],
  },
  {
    name: "an index of a partitioned table, a leaf has one like it",
    given: `${MEASURES} CREATE INDEX mine ON measure_2024 (value);`,
    migration: "CREATE INDEX ON measure (value)",
  },
  { name: "an index of a partitioned partition", given: MEASURES, migration: "CREATE INDEX ON measure_2025 (value)" },
  {
    name: "the index of a partitioned table is built again",
    given: `${MEASURES} CREATE INDEX i ON measure (value);`,
    migration: "REINDEX INDEX i",
  },
];
