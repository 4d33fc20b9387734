import type { ProofFamily } from "../proof.ts";

export const INDEXES: ProofFamily = {
  name: "indexes",
  schema: `
    CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL, total numeric, note text, at date NOT NULL);
    INSERT INTO orders SELECT i, i % 10, i, 'note ' || i, '2024-01-01'::date + i % 365 FROM generate_series(1, 500) i;
    CREATE INDEX orders_customer ON orders (customer);
    CREATE INDEX orders_note ON orders (note text_pattern_ops) WHERE note IS NOT NULL;
    CREATE UNIQUE INDEX orders_total ON orders (total);
    CREATE INDEX "Orders Größe" ON orders USING gin (string_to_array(note, ' '));
    ALTER TABLE orders CLUSTER ON orders_customer;

    CREATE TABLE items (id int, order_id bigint REFERENCES orders, total numeric REFERENCES orders (total),
      room int, during int4range, EXCLUDE USING gist (during WITH &&));
    INSERT INTO items SELECT i, i, i, i, int4range(i * 2, i * 2 + 1) FROM generate_series(1, 200) i;
    CREATE INDEX items_room ON items (room);

    CREATE TABLE bare (id int, twice int);
    INSERT INTO bare SELECT i, i / 2 FROM generate_series(1, 100) i;
    CREATE TABLE vacant (id int PRIMARY KEY, name text);
    CREATE UNLOGGED TABLE notes (id int, body text);
    INSERT INTO notes VALUES (1, 'a');

    CREATE TABLE events (id int NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
    CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
      PARTITION BY LIST (kind);
    CREATE TABLE events_2024_a PARTITION OF events_2024 FOR VALUES IN ('a');
    CREATE TABLE events_2024_rest PARTITION OF events_2024 DEFAULT;
    INSERT INTO events SELECT i, '2023-01-01'::date + i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END
      FROM generate_series(0, 700) i;
    CREATE INDEX events_at ON events (at);
    CREATE INDEX events_2023_kind ON events_2023 (kind);
    CREATE INDEX events_by_id ON ONLY events (id);
    CREATE INDEX events_2023_by_id ON events_2023 (id);
    CREATE INDEX events_2024_by_id ON events_2024 (id);

    CREATE TABLE people (id int PRIMARY KEY, name text);
    INSERT INTO people SELECT i, 'p' || i FROM generate_series(1, 100) i;
    CREATE TABLE staff (salary int) INHERITS (people);
    INSERT INTO staff SELECT i, 's' || i, i FROM generate_series(1, 50) i;

    CREATE MATERIALIZED VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
    CREATE UNIQUE INDEX totals_customer ON totals (customer);
    CREATE VIEW recent AS SELECT * FROM orders WHERE at > '2024-06-01';

    CREATE SCHEMA "Other";
    CREATE TABLE "Other"."Größe" ("Wert" int PRIMARY KEY, twice int);
    INSERT INTO "Other"."Größe" SELECT i, i / 2 FROM generate_series(1, 100) i;
  `,
  proofs: [
    // CREATE INDEX
    { sql: "CREATE INDEX more ON orders (total)" },
    { sql: "CREATE INDEX more ON public.orders USING hash (total)" },
    { sql: "CREATE INDEX more ON orders USING brin (at)" },
    { sql: "CREATE INDEX ON orders (at DESC NULLS LAST) INCLUDE (note)" },
    { sql: "CREATE INDEX more ON orders (lower(note))" },
    { sql: "CREATE INDEX more ON orders (total) WHERE total > 100" },
    { sql: "CREATE UNIQUE INDEX more ON orders (id, customer)" },
    { sql: "CREATE UNIQUE INDEX more ON orders (customer)" },
    { sql: "CREATE UNIQUE INDEX more ON bare (twice)" },
    { sql: "CREATE UNIQUE INDEX more ON bare (id) NULLS NOT DISTINCT" },
    { sql: "CREATE UNIQUE INDEX more ON bare ((twice * 2))" },
    { sql: "CREATE UNIQUE INDEX more ON bare ((id + 1)) WHERE twice > 3" },
    { sql: "CREATE UNIQUE INDEX more ON orders (customer) WHERE total < 5" },
    { sql: "CREATE UNIQUE INDEX more ON people (id)" },
    { sql: "CREATE UNIQUE INDEX more ON totals (total)" },
    { sql: 'CREATE UNIQUE INDEX "Mehr" ON "Other"."Größe" ("Wert", twice)' },
    { sql: 'CREATE UNIQUE INDEX ON "Other"."Größe" (twice)' },
    { sql: "CREATE INDEX IF NOT EXISTS orders_customer ON orders (customer)" },
    { sql: "CREATE INDEX IF NOT EXISTS more ON orders (customer)" },
    { sql: "CREATE INDEX more ON vacant (name)" },
    { sql: "CREATE INDEX more ON notes (body)" },
    { sql: "CREATE INDEX more ON people (name)" },
    { sql: "CREATE INDEX more ON totals (total)" },
    { sql: "CREATE INDEX more ON recent (total)" },
    { sql: "CREATE INDEX more ON orders (customer) TABLESPACE proofs_elsewhere" },
    { sql: "CREATE INDEX CONCURRENTLY more ON orders (total)" },
    { sql: "CREATE UNIQUE INDEX CONCURRENTLY more ON orders (id)" },
    { sql: "CREATE UNIQUE INDEX CONCURRENTLY more ON bare (twice)" },
    { sql: "CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_customer ON orders (customer)" },
    { sql: "CREATE INDEX CONCURRENTLY more ON totals (total)" },
    { sql: "CREATE INDEX CONCURRENTLY more ON vacant (name)" },
    { sql: "CREATE INDEX more ON scratch (id)", inTransaction: ["CREATE TEMP TABLE scratch (id int)"] },
    { sql: "CREATE INDEX more ON fresh (id)", inTransaction: ["CREATE TABLE fresh AS SELECT 1 AS id"] },
    { sql: "CREATE INDEX more ON orders (note)", inTransaction: ["LOCK TABLE orders IN EXCLUSIVE MODE"] },
    // of partitioned tables
    { sql: "CREATE INDEX more ON events (id)" },
    { sql: "CREATE INDEX more ON events (kind)" },
    { sql: "CREATE INDEX more ON events (kind DESC)" },
    { sql: "CREATE INDEX more ON events (kind text_pattern_ops)" },
    { sql: "CREATE UNIQUE INDEX more ON events (at, kind, id)" },
    { sql: "CREATE UNIQUE INDEX more ON events (id)" },
    { sql: "CREATE UNIQUE INDEX more ON events_2023 (kind)" },
    { sql: "CREATE INDEX more ON ONLY events (kind)" },
    { sql: "CREATE INDEX more ON events_2024 (kind)" },
    { sql: "CREATE INDEX more ON events_2023 (id, at)" },
    { sql: "CREATE INDEX CONCURRENTLY more ON events_2023 (id, at)" },
    { sql: "CREATE INDEX CONCURRENTLY more ON events (kind)" },
    { sql: "CREATE INDEX IF NOT EXISTS events_at ON events (at)" },
    // DROP INDEX
    { sql: "DROP INDEX orders_customer" },
    { sql: 'DROP INDEX orders_note, "Orders Größe"' },
    { sql: "DROP INDEX IF EXISTS orders_customer, missing" },
    { sql: "DROP INDEX IF EXISTS missing" },
    { sql: "DROP INDEX missing" },
    { sql: "DROP INDEX orders_pkey" },
    { sql: "DROP INDEX orders_pkey CASCADE" },
    { sql: "DROP INDEX orders_total" },
    { sql: "DROP INDEX orders_total CASCADE" },
    { sql: "DROP INDEX totals_customer" },
    { sql: "DROP INDEX events_at" },
    { sql: "DROP INDEX events_by_id" },
    { sql: "DROP INDEX events_2024_by_id" },
    { sql: "DROP INDEX events_2023_kind" },
    { sql: "DROP INDEX events_2023_at_idx" },
    { sql: "DROP INDEX CONCURRENTLY orders_customer" },
    { sql: "DROP INDEX CONCURRENTLY IF EXISTS missing" },
    { sql: "DROP INDEX CONCURRENTLY orders_customer, orders_note" },
    { sql: "DROP INDEX CONCURRENTLY orders_pkey" },
    { sql: "DROP INDEX CONCURRENTLY events_at" },
    { sql: "DROP INDEX CONCURRENTLY events_2023_kind" },
    { sql: "DROP INDEX CONCURRENTLY totals_customer" },
    { sql: "DROP INDEX CONCURRENTLY orders_note CASCADE" },
    // REINDEX
    { sql: "REINDEX INDEX orders_customer" },
    { sql: "REINDEX (TABLESPACE proofs_elsewhere) INDEX orders_customer" },
    { sql: "REINDEX INDEX orders_pkey" },
    { sql: "REINDEX INDEX totals_customer" },
    { sql: "REINDEX INDEX events_2023_at_idx" },
    { sql: "REINDEX INDEX events_at" },
    { sql: "REINDEX INDEX orders" },
    { sql: "REINDEX TABLE orders" },
    { sql: "REINDEX TABLE bare" },
    { sql: "REINDEX TABLE people" },
    { sql: "REINDEX TABLE totals" },
    { sql: "REINDEX TABLE events_2023" },
    { sql: "REINDEX TABLE events" },
    { sql: "REINDEX TABLE orders_pkey" },
    { sql: 'REINDEX SCHEMA "Other"' },
    { sql: "REINDEX SCHEMA public" },
    { sql: "REINDEX DATABASE proofs_indexes_copy", versions: [16, 17, 18] },
    { sql: "REINDEX DATABASE proofs_indexes_copy", versions: [15], unchecked: true },
    { sql: "REINDEX SYSTEM proofs_indexes_copy", unchecked: true },
    { sql: "REINDEX INDEX CONCURRENTLY orders_customer" },
    { sql: "REINDEX (CONCURRENTLY, TABLESPACE proofs_elsewhere) INDEX orders_customer" },
    { sql: "REINDEX INDEX CONCURRENTLY items_during_excl" },
    { sql: "REINDEX INDEX CONCURRENTLY events_at" },
    { sql: "REINDEX TABLE CONCURRENTLY orders" },
    { sql: "REINDEX TABLE CONCURRENTLY items" },
    { sql: "REINDEX TABLE CONCURRENTLY events" },
    { sql: 'REINDEX SCHEMA CONCURRENTLY "Other"' },
    // ALTER INDEX
    { sql: "ALTER INDEX orders_customer RENAME TO more" },
    { sql: "ALTER INDEX IF EXISTS missing RENAME TO more" },
    { sql: "ALTER INDEX orders_pkey RENAME TO more" },
    { sql: "ALTER INDEX events_at RENAME TO more" },
    { sql: "ALTER INDEX orders RENAME TO more" },
    { sql: "ALTER TABLE orders_customer RENAME TO more" },
    { sql: "ALTER INDEX orders_customer SET (fillfactor = 70)" },
    { sql: "ALTER INDEX orders_customer SET (fillfactor = 70, deduplicate_items = off)" },
    { sql: "ALTER INDEX orders_customer RESET (fillfactor)" },
    { sql: 'ALTER INDEX "Orders Größe" SET (fastupdate = off)' },
    { sql: 'ALTER INDEX "Orders Größe" RESET (gin_pending_list_limit)' },
    { sql: "ALTER INDEX items_during_excl SET (buffering = on)" },
    { sql: "ALTER INDEX IF EXISTS missing SET (fillfactor = 70)" },
    { sql: 'ALTER INDEX "Orders Größe" ALTER COLUMN 1 SET STATISTICS 500' },
    { sql: "ALTER INDEX orders_customer SET TABLESPACE proofs_elsewhere" },
    { sql: "ALTER INDEX orders_customer SET TABLESPACE pg_default" },
    { sql: "ALTER INDEX events_at SET TABLESPACE proofs_elsewhere" },
    { sql: "ALTER TABLE orders_customer SET (fillfactor = 70)" },
    { sql: "ALTER INDEX events_by_id ATTACH PARTITION events_2023_by_id" },
    { sql: "ALTER INDEX events_by_id ATTACH PARTITION events_2024_by_id" },
    { sql: "ALTER INDEX events_at ATTACH PARTITION events_2023_at_idx" },
  ],
};
