import type { ProofFamily } from "../proof.ts";

/** What ALTER TABLE changes of a relation as a whole: names, owners, storage, triggers, inheritance. */
export const TABLE_SETTINGS: ProofFamily = {
  name: "table settings",
  schema: `
    CREATE SCHEMA other;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TABLE customers (id int PRIMARY KEY, code text UNIQUE);
    INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 50) i;
    CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers, total int NOT NULL, note text, loose int,
      number serial, era int GENERATED ALWAYS AS IDENTITY);
    INSERT INTO orders (id, customer, total, note, loose) SELECT i, i % 50 + 1, i, 'n' || i, i FROM generate_series(1, 100) i;
    CREATE INDEX orders_total ON orders (total);
    CREATE UNIQUE INDEX orders_unique ON orders (total);
    CREATE UNIQUE INDEX orders_loose ON orders (loose);
    CREATE INDEX orders_expression ON orders (lower(note));
    CREATE TRIGGER orders_touch BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE RULE orders_rule AS ON DELETE TO orders DO ALSO NOTHING;
    CREATE VIEW seen AS SELECT id, note FROM orders;
    CREATE MATERIALIZED VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
    CREATE UNIQUE INDEX totals_customer ON totals (customer);
    CREATE SEQUENCE loose_sequence;
    CREATE TABLE plain (id int, number serial, era int GENERATED ALWAYS AS IDENTITY, note text);
    INSERT INTO plain (id, note) SELECT i, 'n' FROM generate_series(1, 50) i;
    CREATE INDEX plain_id ON plain (id);
    CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY, number serial);
    INSERT INTO scratch (id) SELECT i FROM generate_series(1, 50) i;
    CREATE TABLE vacant (id int);
    CREATE TYPE shape AS (id int, name text);
    CREATE TABLE shaped (id int, name text);
    INSERT INTO shaped VALUES (1, 'a');
    CREATE TABLE of_shape OF shape;

    CREATE TABLE events (id int NOT NULL, at date NOT NULL, customer int REFERENCES customers, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
    CREATE TABLE events_2024_rest PARTITION OF events_2024 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO events SELECT i, '2023-01-01'::date + i, i % 50 + 1 FROM generate_series(0, 700) i;
    CREATE TRIGGER events_row BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE TRIGGER events_statement BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION touch();
    CREATE TABLE bare (id int NOT NULL) PARTITION BY RANGE (id);
    CREATE TABLE bare_low PARTITION OF bare FOR VALUES FROM (0) TO (50);
    INSERT INTO bare VALUES (1);

    CREATE TABLE people (id int, name text, CONSTRAINT grown CHECK (id > 0));
    INSERT INTO people SELECT i, 'p' FROM generate_series(1, 30) i;
    CREATE TABLE staff (salary int) INHERITS (people);
    INSERT INTO staff SELECT i, 's', i FROM generate_series(1, 30) i;
    CREATE TRIGGER people_row BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE TABLE guests (id int, name text, extra int, CONSTRAINT grown CHECK (id > 0));
    INSERT INTO guests VALUES (1, 'g', 1);
    CREATE TABLE strangers (id int, name text);
    CREATE TABLE odd (id bigint, name text, CONSTRAINT grown CHECK (id > 0));

    CREATE SCHEMA "Über Läden";
    CREATE TABLE "Über Läden"."Käufe" ("Schlüssel" int PRIMARY KEY, "Größe m²" serial);
    INSERT INTO "Über Läden"."Käufe" SELECT i FROM generate_series(1, 40) i;
    CREATE TABLE other.orders (id int);
    CREATE FOREIGN DATA WRAPPER nowhere;
    CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
    CREATE FOREIGN TABLE far (id int, a text) SERVER nowhere;
  `,
  proofs: [
    // names
    { sql: "ALTER TABLE orders RENAME TO purchases" },
    { sql: "ALTER TABLE orders RENAME TO customers" },
    { sql: "ALTER TABLE orders RENAME COLUMN note TO remark" },
    { sql: "ALTER TABLE orders RENAME note TO total" },
    { sql: "ALTER TABLE orders RENAME nope TO remark" },
    { sql: "ALTER TABLE events RENAME COLUMN customer TO buyer" },
    { sql: "ALTER TABLE ONLY events RENAME COLUMN customer TO buyer" },
    { sql: "ALTER TABLE events_2023 RENAME COLUMN customer TO buyer" },
    { sql: "ALTER TABLE events RENAME TO happenings" },
    { sql: "ALTER TABLE people RENAME COLUMN name TO label" },
    { sql: "ALTER TABLE staff RENAME COLUMN salary TO pay" },
    { sql: "ALTER TABLE seen RENAME TO looked_at" },
    { sql: "ALTER VIEW seen RENAME COLUMN note TO remark" },
    { sql: "ALTER TABLE seen RENAME COLUMN note TO remark" },
    { sql: "ALTER MATERIALIZED VIEW totals RENAME TO sums" },
    { sql: "ALTER MATERIALIZED VIEW totals RENAME COLUMN total TO amount" },
    { sql: "ALTER SEQUENCE loose_sequence RENAME TO counter" },
    { sql: "ALTER TABLE IF EXISTS nowhere_to_be_found RENAME TO x" },
    { sql: "ALTER TABLE nowhere_to_be_found RENAME TO x" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" RENAME TO "Verkäufe"' },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" RENAME "Größe m²" TO "größe"' },
    { sql: "ALTER FOREIGN TABLE far RENAME COLUMN a TO b" },
    { sql: "ALTER TABLE vacant RENAME TO filled" },
    // SET SCHEMA
    { sql: "ALTER TABLE plain SET SCHEMA other" },
    { sql: "ALTER TABLE orders SET SCHEMA other" },
    { sql: "ALTER TABLE customers SET SCHEMA other" },
    { sql: "ALTER TABLE customers SET SCHEMA nowhere_to_be_found" },
    { sql: "ALTER TABLE customers SET SCHEMA public" },
    { sql: "ALTER TABLE events SET SCHEMA other" },
    { sql: "ALTER TABLE people SET SCHEMA other" },
    { sql: "ALTER VIEW seen SET SCHEMA other" },
    { sql: "ALTER MATERIALIZED VIEW totals SET SCHEMA other" },
    { sql: "ALTER SEQUENCE loose_sequence SET SCHEMA other" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" SET SCHEMA public' },
    // OWNER
    { sql: "ALTER TABLE orders OWNER TO postgres" },
    { sql: "ALTER TABLE orders OWNER TO pg_monitor" },
    { sql: "ALTER TABLE orders OWNER TO CURRENT_USER" },
    { sql: "ALTER TABLE events OWNER TO pg_monitor" },
    { sql: "ALTER TABLE people OWNER TO pg_monitor" },
    { sql: "ALTER VIEW seen OWNER TO pg_monitor" },
    { sql: "ALTER MATERIALIZED VIEW totals OWNER TO pg_monitor" },
    { sql: "ALTER SEQUENCE loose_sequence OWNER TO pg_monitor" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" OWNER TO pg_monitor' },
    // storage
    { sql: "ALTER TABLE plain SET UNLOGGED" },
    { sql: "ALTER TABLE plain SET LOGGED" },
    { sql: "ALTER TABLE scratch SET LOGGED" },
    { sql: "ALTER TABLE scratch SET UNLOGGED" },
    { sql: "ALTER TABLE customers SET UNLOGGED" },
    { sql: "ALTER TABLE orders SET UNLOGGED" },
    { sql: "ALTER TABLE bare SET UNLOGGED", versions: [18] },
    { sql: "ALTER TABLE vacant SET UNLOGGED" },
    { sql: "ALTER TABLE plain SET UNLOGGED, ADD COLUMN z float8 DEFAULT random()" },
    { sql: "ALTER TABLE plain SET TABLESPACE pg_default" },
    { sql: "ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_default" },
    { sql: "ALTER TABLE plain SET ACCESS METHOD heap" },
    { sql: "ALTER TABLE events SET ACCESS METHOD heap" },
    { sql: "ALTER TABLE orders SET (fillfactor = 70)" },
    { sql: "ALTER TABLE orders SET (autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 0.1)" },
    { sql: "ALTER TABLE orders SET (toast.autovacuum_enabled = false)" },
    { sql: "ALTER TABLE orders SET (parallel_workers = 2)" },
    { sql: "ALTER TABLE orders SET (toast_tuple_target = 500)" },
    { sql: "ALTER TABLE orders SET (vacuum_truncate = false, vacuum_index_cleanup = off)" },
    { sql: "ALTER TABLE orders SET (log_autovacuum_min_duration = 0)" },
    { sql: "ALTER TABLE orders SET (user_catalog_table = true)" },
    { sql: "ALTER TABLE orders SET (fillfactor = 70, user_catalog_table = true)" },
    { sql: "ALTER TABLE orders RESET (fillfactor)" },
    { sql: "ALTER TABLE events SET (fillfactor = 70)" },
    { sql: "ALTER TABLE people SET (fillfactor = 70)" },
    { sql: "ALTER VIEW seen SET (security_barrier = true)" },
    { sql: "ALTER VIEW seen SET (security_invoker = true)" },
    { sql: "ALTER VIEW seen ALTER COLUMN note SET DEFAULT 'x'" },
    { sql: "ALTER TABLE seen ALTER COLUMN note SET DEFAULT 'x'" },
    { sql: "ALTER MATERIALIZED VIEW totals SET (fillfactor = 70)" },
    { sql: "ALTER MATERIALIZED VIEW totals ALTER COLUMN total SET STATISTICS 100" },
    { sql: "ALTER MATERIALIZED VIEW totals ALTER COLUMN total SET STORAGE PLAIN" },
    { sql: "ALTER MATERIALIZED VIEW totals CLUSTER ON totals_customer" },
    { sql: "ALTER MATERIALIZED VIEW totals SET ACCESS METHOD heap" },
    { sql: "ALTER FOREIGN TABLE far ALTER COLUMN a SET NOT NULL" },
    { sql: "ALTER FOREIGN TABLE far OPTIONS (ADD x 'y')" },
    { sql: "ALTER FOREIGN TABLE far ALTER COLUMN a OPTIONS (ADD x 'y')" },
    { sql: "ALTER FOREIGN TABLE far ALTER COLUMN id TYPE bigint" },
    { sql: "ALTER FOREIGN TABLE far DROP COLUMN a" },
    { sql: "ALTER FOREIGN TABLE far ADD CONSTRAINT c CHECK (id > 0)" },
    // what replication, row security, triggers and CLUSTER look at
    { sql: "ALTER TABLE orders REPLICA IDENTITY FULL" },
    { sql: "ALTER TABLE orders REPLICA IDENTITY NOTHING" },
    { sql: "ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_unique" },
    { sql: "ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_loose" },
    { sql: "ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_total" },
    { sql: "ALTER TABLE orders REPLICA IDENTITY USING INDEX nope" },
    { sql: "ALTER TABLE events REPLICA IDENTITY FULL" },
    { sql: "ALTER TABLE orders ENABLE ROW LEVEL SECURITY" },
    { sql: "ALTER TABLE orders DISABLE ROW LEVEL SECURITY" },
    { sql: "ALTER TABLE orders FORCE ROW LEVEL SECURITY" },
    { sql: "ALTER TABLE orders NO FORCE ROW LEVEL SECURITY" },
    { sql: "ALTER TABLE events ENABLE ROW LEVEL SECURITY" },
    { sql: "ALTER TABLE orders DISABLE TRIGGER orders_touch" },
    { sql: "ALTER TABLE orders ENABLE TRIGGER orders_touch" },
    { sql: "ALTER TABLE orders ENABLE ALWAYS TRIGGER orders_touch" },
    { sql: "ALTER TABLE orders ENABLE REPLICA TRIGGER orders_touch" },
    { sql: "ALTER TABLE orders DISABLE TRIGGER ALL" },
    { sql: "ALTER TABLE orders DISABLE TRIGGER USER" },
    { sql: "ALTER TABLE orders DISABLE TRIGGER nope" },
    { sql: "ALTER TABLE customers DISABLE TRIGGER ALL" },
    { sql: "ALTER TABLE events DISABLE TRIGGER events_row" },
    { sql: "ALTER TABLE events DISABLE TRIGGER events_statement" },
    { sql: "ALTER TABLE events DISABLE TRIGGER ALL" },
    { sql: "ALTER TABLE events DISABLE TRIGGER USER" },
    { sql: "ALTER TABLE ONLY events DISABLE TRIGGER ALL" },
    { sql: "ALTER TABLE bare DISABLE TRIGGER ALL" },
    { sql: "ALTER TABLE people DISABLE TRIGGER people_row" },
    { sql: "ALTER TABLE orders DISABLE RULE orders_rule" },
    { sql: "ALTER TABLE orders ENABLE ALWAYS RULE orders_rule" },
    { sql: "ALTER TABLE orders DISABLE RULE nope" },
    { sql: "ALTER TABLE orders CLUSTER ON orders_total" },
    { sql: "ALTER TABLE orders CLUSTER ON nope" },
    { sql: "ALTER TABLE orders SET WITHOUT CLUSTER" },
    { sql: "ALTER TABLE events CLUSTER ON events_pkey" },
    { sql: "ALTER TABLE events SET WITHOUT CLUSTER" },
    // types and inheritance
    { sql: "ALTER TABLE shaped OF shape" },
    { sql: "ALTER TABLE of_shape NOT OF" },
    { sql: "ALTER TABLE of_shape ADD COLUMN z int" },
    { sql: "ALTER TABLE guests INHERIT people" },
    { sql: "ALTER TABLE strangers INHERIT people" },
    { sql: "ALTER TABLE odd INHERIT people" },
    { sql: "ALTER TABLE vacant INHERIT people" },
    { sql: "ALTER TABLE staff NO INHERIT people" },
    { sql: "ALTER TABLE guests INHERIT events" },
    // several at once
    { sql: "ALTER TABLE orders ALTER note SET STATISTICS 100, SET (fillfactor = 70), CLUSTER ON orders_total" },
    { sql: "ALTER TABLE orders ALTER note SET STATISTICS 100, DISABLE TRIGGER orders_touch" },
    { sql: "ALTER TABLE orders DISABLE TRIGGER orders_touch, ENABLE ROW LEVEL SECURITY" },
  ],
};
