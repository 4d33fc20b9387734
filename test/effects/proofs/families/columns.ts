import type { ProofFamily } from "../proof.ts";

/** ADD and DROP COLUMN, defaults, NOT NULL, identity, generated columns. */
export const COLUMNS: ProofFamily = {
  name: "columns",
  schema: `
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE DOMAIN present AS int NOT NULL;
    CREATE DOMAIN plain AS int DEFAULT 7;
    CREATE DOMAIN stamped AS timestamptz DEFAULT clock_timestamp();
    CREATE FUNCTION always_new() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN random() * 100; END';
    CREATE FUNCTION settled() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END';
    CREATE FUNCTION sworn(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION looks_volatile() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
    CREATE FUNCTION is_volatile() RETURNS float8 LANGUAGE sql VOLATILE AS 'SELECT random()';

    CREATE TABLE customers (id int PRIMARY KEY, code text NOT NULL UNIQUE);
    INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 50) i;
    CREATE TABLE orders (
      id bigint PRIMARY KEY, customer int CONSTRAINT orders_customer REFERENCES customers, total int, note text,
      proven int CHECK (proven IS NOT NULL), both_proven int, either int, number serial, era int GENERATED ALWAYS AS IDENTITY,
      doubled int GENERATED ALWAYS AS (total * 2) STORED, late int, half_null int,
      CONSTRAINT both_proven CHECK (both_proven > 0 AND both_proven IS NOT NULL),
      CONSTRAINT either CHECK (either > 0 OR either IS NOT NULL));
    INSERT INTO orders (id, customer, total, note, proven, both_proven, either, late, half_null)
      SELECT i, i % 50 + 1, i, 'n' || i, i, i, i, i, nullif(i % 2, 0) FROM generate_series(1, 200) i;
    ALTER TABLE orders ADD CONSTRAINT late_known CHECK (late IS NOT NULL) NOT VALID;
    CREATE INDEX orders_total ON orders (total);
    CREATE INDEX orders_note ON orders (lower(note));
    CREATE INDEX orders_late ON orders (id) WHERE late > 5;
    CREATE STATISTICS orders_stats ON total, late FROM orders;
    CREATE VIEW noted AS SELECT id, note FROM orders;
    CREATE VIEW noted_again AS SELECT note FROM noted;
    CREATE MATERIALIZED VIEW halves AS SELECT half_null FROM orders;
    CREATE INDEX halves_value ON halves (half_null);
    CREATE TABLE empty (id int PRIMARY KEY, a int);
    CREATE TABLE codes (code text REFERENCES customers (code), n int);
    INSERT INTO codes VALUES ('c1', 1), ('c2', 2);

    CREATE TABLE events (id int NOT NULL, at date NOT NULL, kind text, size int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE INDEX events_kind ON events (kind);
    CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
    CREATE TABLE events_2024_rest PARTITION OF events_2024 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO events SELECT i, '2023-01-01'::date + i, 'k' || i % 3, i FROM generate_series(0, 700) i;

    CREATE TABLE people (id int, name text, age int);
    INSERT INTO people SELECT i, 'p' || i, i FROM generate_series(1, 30) i;
    CREATE TABLE staff (salary int, extra int) INHERITS (people);
    INSERT INTO staff SELECT i, 's' || i, i, i * 10, i FROM generate_series(1, 30) i;
    CREATE INDEX staff_age ON staff (age);
    CREATE TABLE bosses (name text) INHERITS (staff);
    INSERT INTO bosses SELECT i, 'b' || i, i, i, i FROM generate_series(1, 5) i;

    CREATE SCHEMA "Über Läden";
    CREATE TABLE "Über Läden"."Käufe" ("Schlüssel" int PRIMARY KEY, "Größe m²" int, "a""b" text);
    INSERT INTO "Über Läden"."Käufe" SELECT i, i, 't' FROM generate_series(1, 40) i;
    CREATE TABLE parents (id int NOT NULL);
    CREATE TABLE heirs (a int) INHERITS (parents);
    INSERT INTO heirs VALUES (1, 1);
    CREATE TABLE unproven (a int, b int, c int CONSTRAINT c_there CHECK (c IS NOT NULL));
    INSERT INTO unproven SELECT i, nullif(i, 3), i FROM generate_series(1, 20) i;
    CREATE TABLE unproven_child () INHERITS (unproven);
    INSERT INTO unproven_child SELECT i, i, i FROM generate_series(1, 20) i;
    CREATE TABLE virtual_one (a int);
    INSERT INTO virtual_one VALUES (1), (2);
    DO $$ BEGIN
      IF current_setting('server_version_num')::int >= 180000 THEN
        EXECUTE 'ALTER TABLE unproven ADD CONSTRAINT a_there NOT NULL a NOT VALID';
        EXECUTE 'ALTER TABLE unproven ADD CONSTRAINT b_there NOT NULL b NOT VALID';
        EXECUTE 'ALTER TABLE unproven ADD CONSTRAINT c_not_null NOT NULL c NOT VALID';
        EXECUTE 'ALTER TABLE unproven ADD COLUMN v int GENERATED ALWAYS AS (a) VIRTUAL';
        EXECUTE 'ALTER TABLE virtual_one ADD COLUMN v int GENERATED ALWAYS AS (a) VIRTUAL';
      END IF;
    END $$;
    CREATE FOREIGN DATA WRAPPER nowhere;
    CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
    CREATE FOREIGN TABLE far (id int, a text) SERVER nowhere;
  `,
  proofs: [
    // ADD COLUMN
    { sql: "ALTER TABLE orders ADD COLUMN z int" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT 7" },
    { sql: "ALTER TABLE orders ADD COLUMN z int NOT NULL DEFAULT 7" },
    { sql: "ALTER TABLE orders ADD COLUMN z int NOT NULL" },
    { sql: "ALTER TABLE orders ADD COLUMN z int NOT NULL DEFAULT NULL" },
    { sql: "ALTER TABLE empty ADD COLUMN z int NOT NULL" },
    { sql: "ALTER TABLE orders ADD COLUMN z timestamptz DEFAULT now()" },
    { sql: "ALTER TABLE orders ADD COLUMN z timestamptz DEFAULT CURRENT_TIMESTAMP" },
    { sql: "ALTER TABLE orders ADD COLUMN z timestamptz DEFAULT clock_timestamp()" },
    { sql: "ALTER TABLE orders ADD COLUMN z float8 DEFAULT random()" },
    { sql: "ALTER TABLE orders ADD COLUMN z uuid DEFAULT gen_random_uuid()" },
    { sql: "ALTER TABLE orders ADD COLUMN z text DEFAULT upper('x') || 1" },
    { sql: "ALTER TABLE orders ADD COLUMN z bigint DEFAULT nextval('orders_number_seq')" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT always_new()" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT settled()" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT sworn(3)" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT looks_volatile()" },
    { sql: "ALTER TABLE orders ADD COLUMN z float8 DEFAULT is_volatile()" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT sworn(always_new())" },
    { sql: "ALTER TABLE empty ADD COLUMN z float8 DEFAULT random()" },
    { sql: "ALTER TABLE orders ADD COLUMN z serial" },
    { sql: "ALTER TABLE orders ADD COLUMN z bigserial NOT NULL" },
    { sql: "ALTER TABLE orders ADD COLUMN z int GENERATED BY DEFAULT AS IDENTITY" },
    { sql: "ALTER TABLE orders ADD COLUMN z int GENERATED ALWAYS AS (total + 1) STORED" },
    { sql: "ALTER TABLE orders ADD COLUMN z int GENERATED ALWAYS AS (total + 1) VIRTUAL" },
    { sql: "ALTER TABLE orders ADD COLUMN z positive" },
    { sql: "ALTER TABLE orders ADD COLUMN z positive DEFAULT 3" },
    { sql: "ALTER TABLE orders ADD COLUMN z present DEFAULT 3" },
    { sql: "ALTER TABLE orders ADD COLUMN z present" },
    { sql: "ALTER TABLE orders ADD COLUMN z plain" },
    { sql: "ALTER TABLE orders ADD COLUMN z stamped" },
    { sql: "ALTER TABLE orders ADD COLUMN z int CHECK (z > 0)" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT 0 CHECK (z > 0)" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT 4 CONSTRAINT zed CHECK (z > 0 AND z < total + 100)" },
    { sql: "ALTER TABLE orders ADD COLUMN z int CHECK (z IS NOT NULL)" },
    { sql: "ALTER TABLE orders ADD COLUMN z int UNIQUE" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT 3 UNIQUE" },
    { sql: "ALTER TABLE orders ADD COLUMN z int GENERATED ALWAYS AS IDENTITY UNIQUE" },
    { sql: "ALTER TABLE orders ADD COLUMN z int PRIMARY KEY" },
    { sql: "ALTER TABLE codes ADD COLUMN z serial PRIMARY KEY" },
    { sql: "ALTER TABLE orders ADD COLUMN z int REFERENCES customers" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT 3 REFERENCES customers (id)" },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT 9999 REFERENCES customers (id)" },
    { sql: "ALTER TABLE orders ADD COLUMN z text DEFAULT 'c4' REFERENCES customers (code)" },
    { sql: "ALTER TABLE orders ADD COLUMN z bigint REFERENCES orders" },
    { sql: "ALTER TABLE orders ADD COLUMN IF NOT EXISTS total int" },
    { sql: "ALTER TABLE orders ADD COLUMN total int" },
    { sql: "ALTER TABLE IF EXISTS nowhere_to_be_found ADD COLUMN z int" },
    { sql: "ALTER TABLE nowhere_to_be_found ADD COLUMN z int" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ADD COLUMN "größer?" int DEFAULT 3' },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ADD COLUMN "größer?" uuid DEFAULT gen_random_uuid() UNIQUE' },
    { sql: "ALTER TABLE events ADD COLUMN z int DEFAULT 3" },
    { sql: "ALTER TABLE events ADD COLUMN z float8 DEFAULT random()" },
    { sql: "ALTER TABLE events ADD COLUMN z int GENERATED ALWAYS AS IDENTITY" },
    { sql: "ALTER TABLE events ADD COLUMN z int REFERENCES customers" },
    { sql: "ALTER TABLE events ADD COLUMN z int NOT NULL" },
    { sql: "ALTER TABLE ONLY events ADD COLUMN z int" },
    { sql: "ALTER TABLE events_2023 ADD COLUMN z int" },
    { sql: "ALTER TABLE people ADD COLUMN z int" },
    { sql: "ALTER TABLE people ADD COLUMN extra int" },
    { sql: "ALTER TABLE people ADD COLUMN z int CHECK (z > 0)" },
    { sql: "ALTER TABLE people ADD COLUMN z int UNIQUE" },
    { sql: "ALTER TABLE people ADD COLUMN z serial" },
    { sql: "ALTER TABLE far ADD COLUMN z int DEFAULT 3" },
    { sql: "ALTER FOREIGN TABLE far ADD COLUMN z float8 DEFAULT random()" },
    {
      sql: "ALTER TABLE orders ADD COLUMN y int, ADD COLUMN z float8 DEFAULT random(), ADD CONSTRAINT more CHECK (total > 0)",
    },
    {
      sql: "ALTER TABLE orders ADD COLUMN y int, ADD COLUMN z int DEFAULT 5, ADD CONSTRAINT more CHECK (total > z - 10)",
    },
    // DROP COLUMN
    { sql: "ALTER TABLE orders DROP COLUMN customer" },
    { sql: "ALTER TABLE orders DROP COLUMN late" },
    { sql: "ALTER TABLE orders DROP COLUMN number" },
    { sql: "ALTER TABLE orders DROP COLUMN era" },
    { sql: "ALTER TABLE orders DROP COLUMN note" },
    { sql: "ALTER TABLE orders DROP COLUMN note CASCADE" },
    { sql: "ALTER TABLE orders DROP COLUMN half_null CASCADE" },
    { sql: "ALTER TABLE orders DROP COLUMN total" },
    { sql: "ALTER TABLE orders DROP COLUMN total CASCADE" },
    { sql: "ALTER TABLE orders DROP COLUMN doubled" },
    { sql: "ALTER TABLE orders DROP COLUMN doubled, DROP COLUMN total" },
    { sql: "ALTER TABLE orders DROP COLUMN either" },
    { sql: "ALTER TABLE customers DROP COLUMN id" },
    { sql: "ALTER TABLE customers DROP COLUMN id CASCADE" },
    { sql: "ALTER TABLE customers DROP COLUMN code CASCADE" },
    { sql: "ALTER TABLE orders DROP COLUMN IF EXISTS nope" },
    { sql: "ALTER TABLE orders DROP COLUMN nope" },
    { sql: "ALTER TABLE events DROP COLUMN kind" },
    { sql: "ALTER TABLE events DROP COLUMN size" },
    { sql: "ALTER TABLE ONLY events DROP COLUMN size" },
    { sql: "ALTER TABLE people DROP COLUMN age" },
    { sql: "ALTER TABLE ONLY people DROP COLUMN age" },
    { sql: "ALTER TABLE staff DROP COLUMN age" },
    { sql: "ALTER TABLE people DROP COLUMN name" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" DROP COLUMN "Größe m²"' },
    { sql: "ALTER TABLE empty DROP COLUMN a" },
    { sql: "ALTER TABLE orders DROP COLUMN late, ADD COLUMN late bigint DEFAULT 3" },
    // NOT NULL
    { sql: "ALTER TABLE orders ALTER total SET NOT NULL" },
    { sql: "ALTER TABLE orders ALTER half_null SET NOT NULL" },
    { sql: "ALTER TABLE orders ALTER proven SET NOT NULL" },
    { sql: "ALTER TABLE orders ALTER both_proven SET NOT NULL" },
    { sql: "ALTER TABLE orders ALTER either SET NOT NULL" },
    { sql: "ALTER TABLE orders ALTER late SET NOT NULL" },
    { sql: "ALTER TABLE orders ALTER id SET NOT NULL" },
    { sql: "ALTER TABLE orders ALTER proven SET NOT NULL, DROP CONSTRAINT orders_proven_check" },
    { sql: "ALTER TABLE orders ALTER proven SET NOT NULL, ALTER total SET NOT NULL" },
    { sql: "ALTER TABLE orders ALTER proven SET NOT NULL, ALTER both_proven SET NOT NULL" },
    { sql: "ALTER TABLE orders ALTER total SET NOT NULL, ALTER note SET STATISTICS 500" },
    { sql: "ALTER TABLE empty ALTER a SET NOT NULL" },
    { sql: "ALTER TABLE events ALTER kind SET NOT NULL" },
    { sql: "ALTER TABLE ONLY events ALTER kind SET NOT NULL" },
    { sql: "ALTER TABLE events_2023 ALTER kind SET NOT NULL" },
    { sql: "ALTER TABLE people ALTER age SET NOT NULL" },
    { sql: "ALTER TABLE ONLY people ALTER age SET NOT NULL" },
    { sql: "ALTER TABLE staff ALTER age SET NOT NULL" },
    { sql: "ALTER TABLE parents ALTER id SET NOT NULL" },
    { sql: "ALTER TABLE ONLY parents ALTER id SET NOT NULL" },
    { sql: "ALTER TABLE events ALTER id SET NOT NULL" },
    { sql: "ALTER TABLE customers ALTER code DROP NOT NULL" },
    { sql: "ALTER TABLE customers ALTER id DROP NOT NULL" },
    { sql: "ALTER TABLE orders ALTER total DROP NOT NULL" },
    { sql: "ALTER TABLE orders ALTER era DROP NOT NULL" },
    { sql: "ALTER TABLE people ALTER age DROP NOT NULL" },
    { sql: "ALTER TABLE people ALTER age DROP NOT NULL", inTransaction: ["ALTER TABLE people ALTER age SET NOT NULL"] },
    { sql: "ALTER TABLE orders ADD CONSTRAINT total_there NOT NULL total" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT total_there NOT NULL total NOT VALID" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT half_there NOT NULL half_null" },
    { sql: "ALTER TABLE orders ADD NOT NULL proven" },
    { sql: "ALTER TABLE people ADD CONSTRAINT age_there NOT NULL age NOT VALID" },
    { sql: "ALTER TABLE unproven VALIDATE CONSTRAINT a_there", versions: [18] },
    { sql: "ALTER TABLE unproven VALIDATE CONSTRAINT b_there", versions: [18] },
    { sql: "ALTER TABLE unproven ALTER a SET NOT NULL", versions: [18] },
    { sql: "ALTER TABLE unproven ALTER b SET NOT NULL", versions: [18] },
    { sql: "ALTER TABLE unproven ALTER c SET NOT NULL", versions: [18] },
    { sql: "ALTER TABLE unproven ADD PRIMARY KEY (a)", versions: [18] },
    { sql: "ALTER TABLE unproven DROP CONSTRAINT a_there", versions: [18] },
    { sql: "ALTER TABLE unproven ALTER a DROP NOT NULL", versions: [18] },
    { sql: "ALTER TABLE unproven VALIDATE CONSTRAINT a_there, ALTER c SET STATISTICS 5", versions: [18] },
    { sql: "ALTER TABLE ONLY unproven VALIDATE CONSTRAINT a_there", versions: [18] },
    { sql: "ALTER TABLE unproven_child VALIDATE CONSTRAINT a_there", versions: [18] },
    // defaults and notes of the catalog
    { sql: "ALTER TABLE orders ALTER total SET DEFAULT 5" },
    { sql: "ALTER TABLE orders ALTER total SET DEFAULT always_new()" },
    { sql: "ALTER TABLE orders ALTER total DROP DEFAULT" },
    { sql: "ALTER TABLE orders ALTER doubled SET DEFAULT 5" },
    { sql: "ALTER TABLE orders ALTER era SET DEFAULT 5" },
    { sql: "ALTER TABLE orders ALTER nope SET DEFAULT 5" },
    { sql: "ALTER TABLE events ALTER size SET DEFAULT 5" },
    { sql: "ALTER TABLE ONLY events ALTER size SET DEFAULT 5" },
    { sql: "ALTER TABLE people ALTER age SET DEFAULT 5" },
    { sql: "ALTER TABLE orders ALTER note SET STORAGE EXTERNAL" },
    { sql: "ALTER TABLE orders ALTER note SET COMPRESSION pglz" },
    { sql: "ALTER TABLE orders ALTER note SET STATISTICS 500" },
    { sql: "ALTER TABLE orders ALTER note SET (n_distinct = 5)" },
    { sql: "ALTER TABLE orders ALTER note RESET (n_distinct)" },
    { sql: "ALTER TABLE events ALTER kind SET STATISTICS 500" },
    { sql: "ALTER TABLE events ALTER kind SET STORAGE EXTERNAL" },
    { sql: "ALTER TABLE events ALTER kind SET COMPRESSION pglz" },
    { sql: "ALTER TABLE events ALTER kind SET (n_distinct = 5)" },
    { sql: "ALTER TABLE people ALTER name SET STORAGE EXTERNAL, ALTER name SET STATISTICS 7" },
    // identity and generated columns
    { sql: "ALTER TABLE orders ALTER id ADD GENERATED ALWAYS AS IDENTITY (START 1000)" },
    { sql: "ALTER TABLE orders ALTER total ADD GENERATED ALWAYS AS IDENTITY" },
    { sql: "ALTER TABLE orders ALTER number ADD GENERATED ALWAYS AS IDENTITY" },
    { sql: "ALTER TABLE orders ALTER era SET GENERATED BY DEFAULT" },
    { sql: "ALTER TABLE orders ALTER era RESTART WITH 500" },
    { sql: "ALTER TABLE orders ALTER era DROP IDENTITY" },
    { sql: "ALTER TABLE orders ALTER total DROP IDENTITY" },
    { sql: "ALTER TABLE orders ALTER total DROP IDENTITY IF EXISTS" },
    { sql: "ALTER TABLE events ALTER id ADD GENERATED ALWAYS AS IDENTITY" },
    { sql: "ALTER TABLE orders ALTER doubled DROP EXPRESSION" },
    { sql: "ALTER TABLE orders ALTER total DROP EXPRESSION" },
    { sql: "ALTER TABLE orders ALTER doubled SET EXPRESSION AS (total * 3)" },
    { sql: "ALTER TABLE unproven ALTER v SET EXPRESSION AS (a * 3)", versions: [18] },
    { sql: "ALTER TABLE unproven ALTER v DROP EXPRESSION", versions: [18] },
    { sql: "ALTER TABLE virtual_one ALTER v SET EXPRESSION AS (a * 3)", versions: [18] },
    { sql: "ALTER TABLE virtual_one ALTER v TYPE bigint", versions: [18] },
    // after other statements of the same transaction
    {
      sql: "ALTER TABLE orders ALTER total SET NOT NULL",
      inTransaction: [
        "ALTER TABLE orders ADD CONSTRAINT there CHECK (total IS NOT NULL) NOT VALID",
        "ALTER TABLE orders VALIDATE CONSTRAINT there",
      ],
    },
    {
      sql: "ALTER TABLE orders ALTER total SET NOT NULL",
      inTransaction: ["ALTER TABLE orders ADD CONSTRAINT there CHECK (total IS NOT NULL) NOT VALID"],
    },
    {
      sql: "ALTER TABLE orders DROP COLUMN z",
      inTransaction: ["ALTER TABLE orders ADD COLUMN z int REFERENCES customers"],
    },
    {
      sql: "ALTER TABLE orders ALTER z SET NOT NULL",
      inTransaction: ["ALTER TABLE orders ADD COLUMN z int DEFAULT 3"],
    },
    {
      sql: "ALTER TABLE orders DROP COLUMN customer",
      inTransaction: ["ALTER TABLE orders DROP CONSTRAINT orders_customer"],
    },
    { sql: "ALTER TABLE orders DROP COLUMN remark", inTransaction: ["ALTER TABLE orders RENAME note TO remark"] },
    { sql: "ALTER TABLE orders DROP COLUMN note", inTransaction: ["DROP VIEW noted_again", "DROP VIEW noted"] },
    { sql: "ALTER TABLE fresh ADD COLUMN z float8 DEFAULT random()", inTransaction: ["CREATE TABLE fresh (id int)"] },
    { sql: "ALTER TABLE fresh ALTER id SET NOT NULL", inTransaction: ["CREATE TABLE fresh (id int)"] },
  ],
};
