import type { ProofFamily } from "../proof.ts";

/** UNIQUE, PRIMARY KEY, FOREIGN KEY. */
export const KEYS: ProofFamily = {
  name: "keys",
  schema: `
    CREATE TABLE customers (id int PRIMARY KEY, code text UNIQUE, region int, place int, UNIQUE (region, place));
    INSERT INTO customers SELECT i, 'c' || i, i, i + 1 FROM generate_series(1, 50) i;
    CREATE UNIQUE INDEX customers_partial ON customers (place) WHERE place > 3;
    CREATE TABLE orders (id int NOT NULL, customer int, twice int, code text, region int, place int, proven int CHECK (proven IS NOT NULL),
      lost int, half int, during int4range);
    INSERT INTO orders SELECT i, i % 50 + 1, i / 2, 'c' || (i % 50 + 1), i % 50 + 1, i % 50 + 2, i, 9000 + i, nullif(i % 2, 0),
      int4range(i * 2, i * 2 + 1) FROM generate_series(1, 100) i;
    CREATE UNIQUE INDEX orders_id ON orders (id);
    CREATE UNIQUE INDEX orders_proven ON orders (proven);
    CREATE UNIQUE INDEX orders_pair ON orders (id, customer);
    CREATE UNIQUE INDEX orders_expression ON orders ((id + 1));
    CREATE UNIQUE INDEX orders_partial ON orders (id) WHERE id > 5;
    CREATE INDEX orders_customer ON orders (customer);
    CREATE TABLE torn (a int, b int);
    INSERT INTO torn VALUES (1, 2), (3, NULL);
    CREATE TABLE empty (id int, a int);
    CREATE TABLE keyed (id int PRIMARY KEY, other int NOT NULL, parent int);
    INSERT INTO keyed SELECT i, i, nullif(i - 1, 0) FROM generate_series(1, 30) i;
    CREATE UNIQUE INDEX keyed_other ON keyed (other);
    CREATE UNLOGGED TABLE passing (id int PRIMARY KEY);
    CREATE TABLE strays (a int);
    INSERT INTO strays VALUES (NULL), (NULL), (1);

    CREATE TABLE events (id int NOT NULL, at date NOT NULL, size int, customer int) PARTITION BY RANGE (at);
    CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
    CREATE TABLE events_2024_rest PARTITION OF events_2024 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO events SELECT i, '2023-01-01'::date + i, i, i % 50 + 1 FROM generate_series(0, 700) i;
    CREATE UNIQUE INDEX events_2023_index ON events_2023 (size);
    CREATE TABLE halls (id int PRIMARY KEY, size int) PARTITION BY RANGE (id);
    CREATE TABLE halls_low PARTITION OF halls FOR VALUES FROM (0) TO (50);
    CREATE TABLE halls_high PARTITION OF halls FOR VALUES FROM (50) TO (1000);
    INSERT INTO halls SELECT i, i FROM generate_series(0, 100) i;

    CREATE TABLE people (id int NOT NULL, age int);
    INSERT INTO people SELECT i, i FROM generate_series(1, 30) i;
    CREATE TABLE staff (salary int) INHERITS (people);
    INSERT INTO staff SELECT i, i, i * 10 FROM generate_series(1, 30) i;

    CREATE SCHEMA "Über Läden";
    CREATE TABLE "Über Läden"."Käufe" ("Schlüssel" int NOT NULL, "Größe m²" int, "a""b" text);
    INSERT INTO "Über Läden"."Käufe" SELECT i, i, 'c' || i FROM generate_series(1, 40) i;
    CREATE UNIQUE INDEX "Käufe ""1""" ON "Über Läden"."Käufe" ("Schlüssel");
    CREATE FOREIGN DATA WRAPPER nowhere;
    CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
    CREATE FOREIGN TABLE far (id int, a text) SERVER nowhere;
  `,
  proofs: [
    // UNIQUE
    { sql: "ALTER TABLE orders ADD UNIQUE (id)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT u UNIQUE (twice)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT u UNIQUE (half, id)" },
    { sql: "ALTER TABLE strays ADD UNIQUE (a)" },
    { sql: "ALTER TABLE strays ADD UNIQUE NULLS NOT DISTINCT (a)" },
    { sql: "ALTER TABLE empty ADD UNIQUE (a)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT u UNIQUE (id) DEFERRABLE INITIALLY DEFERRED" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT u UNIQUE (id) INCLUDE (code)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT u UNIQUE (nope)" },
    { sql: "ALTER TABLE events ADD CONSTRAINT u UNIQUE (id, at)" },
    { sql: "ALTER TABLE ONLY events ADD CONSTRAINT u UNIQUE (id, at)" },
    { sql: "ALTER TABLE events ADD CONSTRAINT u UNIQUE (size)" },
    { sql: "ALTER TABLE events_2023 ADD CONSTRAINT u UNIQUE (customer)" },
    { sql: "ALTER TABLE events_2023 ADD CONSTRAINT u UNIQUE (id)" },
    { sql: "ALTER TABLE people ADD CONSTRAINT u UNIQUE (age)" },
    { sql: "ALTER TABLE ONLY people ADD CONSTRAINT u UNIQUE (age)" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ADD CONSTRAINT "Größen" UNIQUE ("Größe m²", "a""b")' },
    { sql: "ALTER TABLE orders ADD COLUMN z int, ADD CONSTRAINT u UNIQUE (z)" },
    { sql: "ALTER TABLE orders ADD COLUMN z float8 DEFAULT random(), ADD CONSTRAINT u UNIQUE (z)" },
    { sql: "ALTER TABLE orders ADD UNIQUE (id), ADD FOREIGN KEY (customer) REFERENCES customers" },
    // USING INDEX
    { sql: "ALTER TABLE orders ADD CONSTRAINT orders_id UNIQUE USING INDEX orders_id" },
    { sql: "ALTER TABLE orders ADD UNIQUE USING INDEX orders_id" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT renamed UNIQUE USING INDEX orders_id" },
    { sql: "ALTER TABLE orders ADD PRIMARY KEY USING INDEX orders_id" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT renamed PRIMARY KEY USING INDEX orders_id" },
    { sql: "ALTER TABLE orders ADD PRIMARY KEY USING INDEX orders_proven" },
    { sql: "ALTER TABLE orders ADD PRIMARY KEY USING INDEX orders_pair" },
    { sql: "ALTER TABLE orders ADD PRIMARY KEY USING INDEX orders_proven, DROP CONSTRAINT orders_proven_check" },
    { sql: "ALTER TABLE orders ADD UNIQUE USING INDEX orders_expression" },
    { sql: "ALTER TABLE orders ADD UNIQUE USING INDEX orders_partial" },
    { sql: "ALTER TABLE orders ADD UNIQUE USING INDEX orders_customer" },
    { sql: "ALTER TABLE orders ADD UNIQUE USING INDEX nope" },
    { sql: "ALTER TABLE customers ADD UNIQUE USING INDEX customers_code_key" },
    { sql: "ALTER TABLE keyed ADD PRIMARY KEY USING INDEX keyed_other" },
    { sql: "ALTER TABLE keyed DROP CONSTRAINT keyed_pkey, ADD PRIMARY KEY USING INDEX keyed_other" },
    { sql: "ALTER TABLE events_2023 ADD UNIQUE USING INDEX events_2023_index" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ADD CONSTRAINT "Hauptschlüssel" PRIMARY KEY USING INDEX "Käufe ""1"""' },
    {
      sql: "ALTER TABLE orders ADD UNIQUE USING INDEX fresh",
      inTransaction: ["CREATE UNIQUE INDEX fresh ON orders (proven)"],
    },
    {
      sql: "ALTER TABLE orders ADD PRIMARY KEY USING INDEX orders_proven",
      inTransaction: ["ALTER TABLE orders ALTER proven SET NOT NULL"],
    },
    {
      sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES fresh",
      inTransaction: ["CREATE TABLE fresh (id int PRIMARY KEY)"],
    },
    {
      sql: "ALTER TABLE fresh ADD FOREIGN KEY (id) REFERENCES customers",
      inTransaction: ["CREATE TABLE fresh (id int)"],
    },
    {
      sql: "ALTER TABLE orders VALIDATE CONSTRAINT f",
      inTransaction: ["ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer) REFERENCES customers NOT VALID"],
    },
    // PRIMARY KEY
    { sql: "ALTER TABLE orders ADD PRIMARY KEY (id)" },
    { sql: "ALTER TABLE orders ADD PRIMARY KEY (customer)" },
    { sql: "ALTER TABLE orders ADD PRIMARY KEY (proven)" },
    { sql: "ALTER TABLE orders ADD PRIMARY KEY (half)" },
    { sql: "ALTER TABLE orders ADD PRIMARY KEY (id, customer)" },
    { sql: "ALTER TABLE keyed ADD PRIMARY KEY (other)" },
    { sql: "ALTER TABLE keyed DROP CONSTRAINT keyed_pkey, ADD CONSTRAINT keyed_by_other PRIMARY KEY (other)" },
    { sql: "ALTER TABLE empty ADD PRIMARY KEY (id)" },
    { sql: "ALTER TABLE events ADD PRIMARY KEY (id, at)" },
    { sql: "ALTER TABLE events ADD PRIMARY KEY (size, at)" },
    { sql: "ALTER TABLE events ADD PRIMARY KEY (id)" },
    { sql: "ALTER TABLE events_2023 ADD PRIMARY KEY (id)" },
    { sql: "ALTER TABLE people ADD PRIMARY KEY (id)" },
    { sql: "ALTER TABLE people ADD PRIMARY KEY (age)" },
    { sql: "ALTER TABLE ONLY people ADD PRIMARY KEY (age)" },
    { sql: "ALTER TABLE orders ADD PRIMARY KEY (id), ALTER customer TYPE bigint" },
    // FOREIGN KEY
    { sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer) REFERENCES customers (id) NOT VALID" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer) REFERENCES customers (id) NOT ENFORCED" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (code) REFERENCES customers (code) ON DELETE CASCADE" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (lost) REFERENCES customers (id)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (lost) REFERENCES customers (id) NOT VALID" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (region, place) REFERENCES customers (region, place)" },
    { sql: "ALTER TABLE torn ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES customers (region, place)" },
    { sql: "ALTER TABLE torn ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES customers (region, place) MATCH FULL" },
    { sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers (region)" },
    { sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers (place)" },
    { sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES nowhere_to_be_found" },
    { sql: "ALTER TABLE orders ADD FOREIGN KEY (nope) REFERENCES customers" },
    { sql: "ALTER TABLE empty ADD FOREIGN KEY (id) REFERENCES customers" },
    { sql: "ALTER TABLE keyed ADD FOREIGN KEY (parent) REFERENCES keyed" },
    { sql: "ALTER TABLE keyed ADD FOREIGN KEY (parent) REFERENCES keyed NOT VALID" },
    {
      sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers, ADD FOREIGN KEY (code) REFERENCES customers (code)",
    },
    { sql: "ALTER TABLE orders ADD COLUMN z int DEFAULT 4, ADD FOREIGN KEY (z) REFERENCES customers" },
    { sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers, ADD CHECK (id > 0)" },
    { sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers, ALTER customer TYPE bigint" },
    { sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES halls" },
    { sql: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES halls NOT VALID" },
    { sql: "ALTER TABLE events ADD FOREIGN KEY (customer) REFERENCES customers" },
    { sql: "ALTER TABLE events ADD FOREIGN KEY (customer) REFERENCES customers NOT VALID" },
    { sql: "ALTER TABLE events ADD FOREIGN KEY (customer) REFERENCES halls" },
    { sql: "ALTER TABLE events ADD FOREIGN KEY (size) REFERENCES customers" },
    { sql: "ALTER TABLE ONLY events ADD FOREIGN KEY (customer) REFERENCES customers" },
    { sql: "ALTER TABLE events_2023 ADD FOREIGN KEY (customer) REFERENCES customers" },
    { sql: "ALTER TABLE people ADD FOREIGN KEY (age) REFERENCES customers" },
    { sql: "ALTER TABLE people ADD FOREIGN KEY (age) REFERENCES customers NOT VALID" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ADD CONSTRAINT "Kunde" FOREIGN KEY ("a""b") REFERENCES customers (code)' },
    {
      sql: 'ALTER TABLE "Über Läden"."Käufe" ADD FOREIGN KEY ("Schlüssel") REFERENCES "Über Läden"."Käufe" ("Größe m²")',
    },
  ],
};
