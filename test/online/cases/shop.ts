/** Two tables with rows, and a foreign key's worth of columns. */
export const SHOP = `
CREATE TABLE customer (id bigint PRIMARY KEY, email text, "Größe" int);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric, note varchar(20), at timestamptz DEFAULT now());
INSERT INTO customer SELECT g, 'c' || g, g FROM generate_series(1, 50) g;
INSERT INTO orders SELECT g, 1 + g % 50, g, 'n' || g FROM generate_series(1, 200) g;`;

/** Names that need quotes, in a schema of their own. */
export const QUOTED = `
CREATE SCHEMA "Läden";
CREATE TABLE "Läden"."Kunde" ("Nr" int PRIMARY KEY, "E-Mail" text, "select" int);
CREATE TABLE "Läden"."Be""stellung" ("Nr" int PRIMARY KEY, "Kunde Nr" int, "Größe in cm" numeric, "日付" date);
INSERT INTO "Läden"."Kunde" SELECT g, 'e' || g, g FROM generate_series(1, 30) g;
INSERT INTO "Läden"."Be""stellung" SELECT g, 1 + g % 30, g, date '2024-01-01' + g FROM generate_series(1, 100) g;`;

/** A table partitioned by date, one of its partitions partitioned again. */
export const MEASURES = `
CREATE TABLE sensor (id int PRIMARY KEY);
CREATE TABLE measure (sensor_id int, at date NOT NULL, value numeric) PARTITION BY RANGE (at);
CREATE TABLE measure_2024 PARTITION OF measure FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE measure_2025 PARTITION OF measure FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (sensor_id);
CREATE TABLE measure_2025_odd PARTITION OF measure_2025 FOR VALUES IN (1, 3);
CREATE TABLE measure_2025_rest PARTITION OF measure_2025 DEFAULT;
INSERT INTO sensor SELECT generate_series(1, 4);
INSERT INTO measure SELECT 1 + g % 4, date '2024-01-01' + g, g FROM generate_series(1, 700) g;`;

/** A parent with two children that inherit from it. */
export const FAMILY = `
CREATE TABLE asset (id int, name text, price numeric);
CREATE TABLE car (doors int) INHERITS (asset);
CREATE TABLE house (rooms int) INHERITS (asset);
INSERT INTO asset SELECT g, 'a' || g, g FROM generate_series(1, 20) g;
INSERT INTO car SELECT g, 'c' || g, g, 4 FROM generate_series(21, 40) g;
INSERT INTO house SELECT g, 'h' || g, g, 5 FROM generate_series(41, 60) g;`;
