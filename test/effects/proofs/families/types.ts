import type { ProofFamily } from "../proof.ts";

/** ALTER COLUMN TYPE. */
export const TYPES: ProofFamily = {
  name: "types",
  schema: `
    CREATE EXTENSION citext;
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE DOMAIN word AS text;
    CREATE DOMAIN checked_word AS text CHECK (VALUE <> 'zz');
    CREATE DOMAIN short_word AS varchar(10);
    CREATE TABLE codes (id int PRIMARY KEY, code varchar(10) UNIQUE, at timestamp UNIQUE, big bigint UNIQUE);
    INSERT INTO codes SELECT i, 'c' || i, '2020-01-01'::timestamp + i * interval '1 hour', i FROM generate_series(1, 60) i;
    CREATE TABLE uses (id int, code varchar(10) CONSTRAINT uses_code REFERENCES codes (code),
      at timestamp CONSTRAINT uses_at REFERENCES codes (at), code_id int CONSTRAINT uses_id REFERENCES codes,
      loose varchar(10));
    INSERT INTO uses SELECT i, 'c' || i, '2020-01-01'::timestamp + i * interval '1 hour', i, 'c' || i FROM generate_series(1, 50) i;
    ALTER TABLE uses ADD CONSTRAINT uses_loose FOREIGN KEY (loose) REFERENCES codes (code) NOT VALID;
    CREATE INDEX uses_code_index ON uses (code);

    CREATE TABLE t (id int PRIMARY KEY, i int, b bigint, s smallint, v10 varchar(10), v varchar, x text, c10 char(10),
      ts timestamp, ts3 timestamp(3), tz timestamptz, iv interval, iv3 interval(3), nm numeric, n102 numeric(10, 2),
      bits bit(5), varbits varbit(5), net cidr, xm xml, j json, jb jsonb, m mood, va varchar(10)[], ta text[], dv short_word,
      dw word, tm time, d date, r real, f float8, o oid, xc text COLLATE "C", spare text, ranged int4range);
    INSERT INTO t (id, i, b, s, v10, v, x, c10, ts, tz, va, ta, nm, n102, m, dv, dw, f, spare)
      SELECT i, i, i, i, 'v' || i, 'v', i::text, 'c', '2024-01-01', '2024-01-01', '{a}', '{a}', i, i, 'good', 'd', 'w', i, 'g' || i
      FROM generate_series(1, 40) i;
    CREATE INDEX t_v10 ON t (v10);
    CREATE INDEX t_v10_hash ON t USING hash (v10);
    CREATE INDEX t_va ON t (va);
    CREATE INDEX t_i ON t (i);
    CREATE INDEX t_ts ON t (ts);
    CREATE INDEX t_x ON t (x);
    CREATE INDEX t_partial ON t (id) WHERE x > '1';
    CREATE INDEX t_net ON t (net);
    CREATE INDEX t_pattern ON t (v varchar_pattern_ops);
    CREATE INDEX t_xc ON t (xc);
    CREATE INDEX t_n102 ON t (n102);
    CREATE INDEX t_included ON t (id) INCLUDE (v);
    CREATE INDEX t_two ON t (b, n102);
    CREATE INDEX t_brin ON t USING brin (b);
    CREATE INDEX t_jb ON t USING gin (jb);
    CREATE STATISTICS t_stats ON v10, v FROM t;
    CREATE TABLE checked (id int, v varchar(10) CONSTRAINT v_there CHECK (v <> ''), w varchar(10), n int CONSTRAINT n_up CHECK (n > 0));
    INSERT INTO checked SELECT i, 'v', 'w', i FROM generate_series(1, 30) i;
    ALTER TABLE checked ADD CONSTRAINT w_there CHECK (w <> '') NOT VALID;
    CREATE INDEX checked_lower ON checked (lower(v));
    CREATE TABLE narrow (long text, tall bigint, wide numeric(12, 3), words text, era text, old date, ident int GENERATED ALWAYS AS IDENTITY, number serial);
    INSERT INTO narrow (long, tall, wide, words, era) VALUES ('abcdefghijkl', 5000000000, 123456789.125, 'abc', '2024-13-45'), ('a', 1, 1, '1', '2024-01-01');
    CREATE TABLE moments (at timestamp UNIQUE, far timestamp, n numeric(10, 2) UNIQUE, UNIQUE (far, n));
    INSERT INTO moments VALUES ('2024-01-01 10:00', '2024-01-01 10:00', 1.01), ('2024-01-01 11:00', '2024-01-01 11:00', 1.02);
    CREATE TABLE spaced (v text);
    INSERT INTO spaced VALUES ('ab        '), ('cd');
    CREATE TABLE seen (a varchar(10), b varchar(10), c varchar(10), d varchar(10), e varchar(10), g varchar(10), h int, hh int GENERATED ALWAYS AS (h + 1) STORED, id int);
    INSERT INTO seen (a, b, h) VALUES ('a', 'b', 1);
    CREATE VIEW seen_view AS SELECT a FROM seen;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TRIGGER seen_of BEFORE UPDATE OF b ON seen FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE TRIGGER seen_when BEFORE UPDATE ON seen FOR EACH ROW WHEN (new.c IS NOT NULL) EXECUTE FUNCTION touch();
    CREATE POLICY seen_policy ON seen USING (d = 'a');
    CREATE FUNCTION seen_count() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(e) FROM seen; END;
    CREATE RULE seen_rule AS ON UPDATE TO seen WHERE new.g = 'a' DO ALSO NOTHING;
    CREATE TABLE holds (row_of uses);
    CREATE TABLE empty (id int PRIMARY KEY, v varchar(10) UNIQUE);

    CREATE TABLE events (id int NOT NULL, at date NOT NULL, kind varchar(10), size int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE INDEX events_kind ON events (kind);
    CREATE INDEX events_size ON events (size);
    CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
    CREATE TABLE events_2024_rest PARTITION OF events_2024 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO events SELECT i, '2023-01-01'::date + i, 'k' || i % 3, i FROM generate_series(0, 700) i;
    CREATE TABLE measures (id int NOT NULL, at date NOT NULL, label varchar(10), size int) PARTITION BY RANGE (at);
    CREATE TABLE measures_2023 PARTITION OF measures FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
    CREATE INDEX measures_label ON measures (label);
    CREATE INDEX measures_size ON measures (size);
    INSERT INTO measures SELECT i, '2023-01-01'::date + i, 'k', i FROM generate_series(0, 300) i;
    CREATE TABLE people (id int, name varchar(10), age int);
    INSERT INTO people SELECT i, 'p' || i, i FROM generate_series(1, 30) i;
    CREATE TABLE staff (salary int) INHERITS (people);
    INSERT INTO staff SELECT i, 's' || i, i, i * 10 FROM generate_series(1, 30) i;
    CREATE INDEX staff_age ON staff (age);
    CREATE SCHEMA "Über Läden";
    CREATE TABLE "Über Läden"."Käufe" ("Schlüssel" int PRIMARY KEY, "Größe m²" int CHECK ("Größe m²" > 0), "a""b" varchar(5));
    INSERT INTO "Über Läden"."Käufe" SELECT i, i, 't' FROM generate_series(1, 40) i;
    CREATE INDEX "Index ""b" ON "Über Läden"."Käufe" ("a""b");
  `,
  proofs: [
    { sql: "ALTER TABLE t ALTER v10 TYPE varchar(20)" },
    { sql: "ALTER TABLE t ALTER v10 TYPE varchar(5)" },
    { sql: "ALTER TABLE t ALTER v10 TYPE varchar" },
    { sql: "ALTER TABLE t ALTER v10 TYPE text" },
    { sql: "ALTER TABLE t ALTER v10 TYPE citext" },
    { sql: "ALTER TABLE t ALTER v10 TYPE bpchar" },
    { sql: "ALTER TABLE t ALTER v10 TYPE char(20)" },
    { sql: "ALTER TABLE t ALTER v TYPE varchar(20)" },
    { sql: "ALTER TABLE t ALTER v TYPE text" },
    { sql: "ALTER TABLE t ALTER x TYPE varchar" },
    { sql: "ALTER TABLE t ALTER x TYPE varchar(20)" },
    { sql: "ALTER TABLE t ALTER x TYPE text" },
    { sql: "ALTER TABLE t ALTER x TYPE text USING x" },
    { sql: "ALTER TABLE t ALTER x TYPE text USING x::varchar" },
    { sql: "ALTER TABLE t ALTER x TYPE text USING upper(x)" },
    { sql: "ALTER TABLE t ALTER x TYPE text USING x || ''" },
    { sql: 'ALTER TABLE t ALTER x TYPE text COLLATE "C"' },
    { sql: "ALTER TABLE t ALTER xc TYPE text" },
    { sql: 'ALTER TABLE t ALTER xc TYPE text COLLATE "C"' },
    { sql: 'ALTER TABLE t ALTER xc TYPE varchar(10) COLLATE "C"' },
    { sql: 'ALTER TABLE t ALTER x TYPE varchar USING x::varchar COLLATE "C"' },
    { sql: "ALTER TABLE t ALTER c10 TYPE char(20)" },
    { sql: "ALTER TABLE t ALTER c10 TYPE bpchar" },
    { sql: "ALTER TABLE t ALTER c10 TYPE text" },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamptz", settings: { timezone: "UTC" } },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamptz", settings: { timezone: "Europe/Berlin" } },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamptz", settings: { timezone: "Etc/GMT" } },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamptz(3)", settings: { timezone: "UTC" } },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamptz(6)", settings: { timezone: "UTC" } },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamptz USING ts AT TIME ZONE 'UTC'", settings: { timezone: "UTC" } },
    { sql: "ALTER TABLE t ALTER ts3 TYPE timestamptz", settings: { timezone: "UTC" } },
    { sql: "ALTER TABLE t ALTER ts3 TYPE timestamptz(3)", settings: { timezone: "UTC" } },
    { sql: "ALTER TABLE t ALTER tz TYPE timestamp", settings: { timezone: "UTC" } },
    { sql: "ALTER TABLE t ALTER tz TYPE timestamp", settings: { timezone: "America/New_York" } },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamp(3)" },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamp(6)" },
    { sql: "ALTER TABLE t ALTER ts3 TYPE timestamp(4)" },
    { sql: "ALTER TABLE t ALTER ts3 TYPE timestamp" },
    { sql: "ALTER TABLE t ALTER ts TYPE date" },
    { sql: "ALTER TABLE t ALTER d TYPE timestamp" },
    { sql: "ALTER TABLE t ALTER tm TYPE time(3)" },
    { sql: "ALTER TABLE t ALTER tm TYPE time(6)" },
    { sql: "ALTER TABLE t ALTER iv TYPE interval(3)" },
    { sql: "ALTER TABLE t ALTER iv3 TYPE interval(4)" },
    { sql: "ALTER TABLE t ALTER iv3 TYPE interval" },
    { sql: "ALTER TABLE t ALTER iv TYPE interval DAY TO SECOND" },
    { sql: "ALTER TABLE t ALTER iv TYPE interval YEAR" },
    { sql: "ALTER TABLE t ALTER nm TYPE numeric(20, 2)" },
    { sql: "ALTER TABLE t ALTER n102 TYPE numeric(12, 2)" },
    { sql: "ALTER TABLE t ALTER n102 TYPE numeric(12, 3)" },
    { sql: "ALTER TABLE t ALTER n102 TYPE numeric(8, 2)" },
    { sql: "ALTER TABLE t ALTER n102 TYPE numeric" },
    { sql: "ALTER TABLE t ALTER n102 TYPE int" },
    { sql: "ALTER TABLE t ALTER bits TYPE bit(6)" },
    { sql: "ALTER TABLE t ALTER bits TYPE varbit(6)" },
    { sql: "ALTER TABLE t ALTER varbits TYPE varbit(6)" },
    { sql: "ALTER TABLE t ALTER varbits TYPE varbit" },
    { sql: "ALTER TABLE t ALTER net TYPE inet" },
    { sql: "ALTER TABLE t ALTER xm TYPE text" },
    { sql: "ALTER TABLE t ALTER j TYPE jsonb" },
    { sql: "ALTER TABLE t ALTER j TYPE text" },
    { sql: "ALTER TABLE t ALTER jb TYPE json" },
    { sql: "ALTER TABLE t ALTER m TYPE text" },
    { sql: "ALTER TABLE t ALTER m TYPE varchar(3)" },
    { sql: "ALTER TABLE t ALTER spare TYPE mood USING spare::mood" },
    { sql: "ALTER TABLE t ALTER va TYPE text[]" },
    { sql: "ALTER TABLE t ALTER va TYPE varchar(20)[]" },
    { sql: "ALTER TABLE t ALTER va TYPE varchar[]" },
    { sql: "ALTER TABLE t ALTER ta TYPE varchar[]" },
    { sql: "ALTER TABLE t ALTER dv TYPE text" },
    { sql: "ALTER TABLE t ALTER dv TYPE varchar(10)" },
    { sql: "ALTER TABLE t ALTER dv TYPE short_word" },
    { sql: "ALTER TABLE t ALTER dw TYPE text" },
    { sql: "ALTER TABLE t ALTER x TYPE word" },
    { sql: "ALTER TABLE t ALTER x TYPE checked_word" },
    { sql: "ALTER TABLE t ALTER v10 TYPE short_word" },
    { sql: "ALTER TABLE t ALTER v TYPE short_word" },
    { sql: "ALTER TABLE t ALTER i TYPE oid" },
    { sql: "ALTER TABLE t ALTER o TYPE int" },
    { sql: "ALTER TABLE t ALTER i TYPE bigint" },
    { sql: "ALTER TABLE t ALTER b TYPE int" },
    { sql: "ALTER TABLE t ALTER i TYPE int" },
    { sql: "ALTER TABLE t ALTER i TYPE int USING i::int4" },
    { sql: "ALTER TABLE t ALTER i TYPE int USING i + 0" },
    { sql: "ALTER TABLE t ALTER i TYPE int USING b" },
    { sql: "ALTER TABLE t ALTER i TYPE regclass" },
    { sql: "ALTER TABLE t ALTER s TYPE int" },
    { sql: "ALTER TABLE t ALTER r TYPE double precision" },
    { sql: "ALTER TABLE t ALTER f TYPE int" },
    { sql: "ALTER TABLE t ALTER i TYPE text" },
    { sql: "ALTER TABLE t ALTER spare TYPE int" },
    { sql: "ALTER TABLE t ALTER spare TYPE int USING spare::int" },
    { sql: "ALTER TABLE t ALTER spare TYPE int USING length(spare)" },
    { sql: "ALTER TABLE t ALTER nope TYPE int" },
    { sql: "ALTER TABLE t ALTER i SET DEFAULT 5, ALTER i TYPE bigint" },
    { sql: "ALTER TABLE t ALTER v10 TYPE text, ALTER v TYPE text" },
    { sql: "ALTER TABLE t ALTER v10 TYPE text, ALTER i TYPE bigint" },
    { sql: "ALTER TABLE t ALTER v10 TYPE text, ALTER i SET NOT NULL" },
    { sql: "ALTER TABLE t ALTER i TYPE bigint, ALTER v10 SET NOT NULL, ADD CONSTRAINT up CHECK (b > 0)" },
    { sql: "ALTER TABLE t ALTER id TYPE bigint" },
    { sql: "ALTER TABLE t ALTER spare TYPE varchar(40), ADD UNIQUE (spare)" },
    // values that do not fit
    { sql: "ALTER TABLE narrow ALTER long TYPE varchar(5)" },
    { sql: "ALTER TABLE narrow ALTER long TYPE varchar(20)" },
    { sql: "ALTER TABLE narrow ALTER long TYPE varchar(5) USING long::varchar(5)" },
    { sql: "ALTER TABLE narrow ALTER tall TYPE int" },
    { sql: "ALTER TABLE narrow ALTER tall TYPE smallint" },
    { sql: "ALTER TABLE narrow ALTER wide TYPE numeric(10, 2)" },
    { sql: "ALTER TABLE narrow ALTER wide TYPE numeric(14, 1)" },
    { sql: "ALTER TABLE narrow ALTER wide TYPE smallint" },
    { sql: "ALTER TABLE narrow ALTER words TYPE int USING words::int" },
    { sql: "ALTER TABLE narrow ALTER era TYPE date USING era::date" },
    { sql: "ALTER TABLE narrow ALTER words TYPE mood USING words::mood" },
    { sql: "ALTER TABLE narrow ALTER ident TYPE bigint" },
    { sql: "ALTER TABLE narrow ALTER number TYPE bigint" },
    { sql: "ALTER TABLE spaced ALTER v TYPE varchar(3)" },
    { sql: "ALTER TABLE spaced ALTER v TYPE checked_word" },
    { sql: "ALTER TABLE moments ALTER at TYPE date" },
    { sql: "ALTER TABLE moments ALTER at TYPE timestamp(0)" },
    { sql: "ALTER TABLE moments ALTER far TYPE date" },
    { sql: "ALTER TABLE moments ALTER n TYPE int" },
    { sql: "ALTER TABLE moments ALTER n TYPE numeric(10, 1)" },
    // what stands on the column
    { sql: "ALTER TABLE checked ALTER v TYPE varchar(20)" },
    { sql: "ALTER TABLE checked ALTER v TYPE text" },
    { sql: "ALTER TABLE checked ALTER w TYPE text" },
    { sql: "ALTER TABLE checked ALTER n TYPE bigint" },
    { sql: "ALTER TABLE checked ALTER v TYPE text, DROP CONSTRAINT v_there" },
    { sql: "ALTER TABLE checked ALTER id TYPE oid" },
    { sql: "ALTER TABLE seen ALTER a TYPE text" },
    { sql: "ALTER TABLE seen ALTER b TYPE text" },
    { sql: "ALTER TABLE seen ALTER c TYPE text" },
    { sql: "ALTER TABLE seen ALTER d TYPE text" },
    { sql: "ALTER TABLE seen ALTER e TYPE text" },
    { sql: "ALTER TABLE seen ALTER g TYPE text" },
    { sql: "ALTER TABLE seen ALTER h TYPE bigint" },
    { sql: "ALTER TABLE seen ALTER hh TYPE bigint" },
    { sql: "ALTER TABLE seen ALTER h TYPE bigint, DROP COLUMN hh" },
    // foreign keys, from both sides
    { sql: "ALTER TABLE codes ALTER code TYPE text" },
    { sql: "ALTER TABLE codes ALTER code TYPE varchar(20)" },
    { sql: "ALTER TABLE codes ALTER at TYPE timestamptz", settings: { timezone: "UTC" } },
    { sql: "ALTER TABLE codes ALTER id TYPE bigint" },
    { sql: "ALTER TABLE codes ALTER big TYPE numeric" },
    { sql: "ALTER TABLE empty ALTER v TYPE text" },
    { sql: "ALTER TABLE empty ALTER id TYPE bigint" },
    // after other statements of the same transaction
    { sql: "ALTER TABLE t ALTER i TYPE text", inTransaction: ["ALTER TABLE t ALTER i TYPE varchar(20)"] },
    {
      sql: "ALTER TABLE t ALTER v10 TYPE text",
      inTransaction: ["DROP INDEX t_v10", "CREATE INDEX t_low ON t (lower(v10))"],
    },
    { sql: "ALTER TABLE seen ALTER a TYPE text", inTransaction: ["DROP VIEW seen_view"] },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamptz", inTransaction: ["SET LOCAL timezone = 'UTC'"] },
    { sql: "ALTER TABLE t ALTER ts TYPE timestamptz", inTransaction: ["SET timezone TO 'Asia/Tokyo'"] },
    { sql: "ALTER TABLE checked ALTER v TYPE text", inTransaction: ["ALTER TABLE checked DROP CONSTRAINT v_there"] },
    { sql: "ALTER TABLE uses ALTER code TYPE text", inTransaction: ["DROP TABLE holds"] },
    { sql: "ALTER TABLE uses ALTER code TYPE text USING lower(code)", inTransaction: ["DROP TABLE holds"] },
    { sql: "ALTER TABLE uses ALTER code_id TYPE bigint", inTransaction: ["DROP TABLE holds"] },
    { sql: "ALTER TABLE uses ALTER loose TYPE char(5)", inTransaction: ["DROP TABLE holds"] },
    {
      sql: "ALTER TABLE uses ALTER at TYPE timestamptz",
      inTransaction: ["DROP TABLE holds", "SET LOCAL timezone = 'UTC'"],
    },
    { sql: "ALTER TABLE uses ALTER code TYPE text" },
    { sql: "ALTER TABLE uses ADD COLUMN z float8 DEFAULT random()" },
    { sql: "ALTER TABLE uses ADD COLUMN z int" },
    // tables below
    { sql: "ALTER TABLE events ALTER size TYPE bigint" },
    { sql: "ALTER TABLE events ALTER kind TYPE text" },
    { sql: "ALTER TABLE events ALTER at TYPE timestamp" },
    { sql: "ALTER TABLE ONLY events ALTER size TYPE bigint" },
    { sql: "ALTER TABLE measures ALTER label TYPE text" },
    { sql: "ALTER TABLE measures ALTER label TYPE citext" },
    { sql: "ALTER TABLE measures ALTER size TYPE bigint" },
    { sql: "ALTER TABLE measures_2023 ALTER size TYPE bigint" },
    { sql: "ALTER TABLE people ALTER age TYPE bigint" },
    { sql: "ALTER TABLE people ALTER name TYPE text" },
    { sql: "ALTER TABLE staff ALTER age TYPE bigint" },
    { sql: "ALTER TABLE staff ALTER salary TYPE bigint" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ALTER "a""b" TYPE text' },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ALTER "Größe m²" TYPE bigint' },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ALTER "Schlüssel" TYPE bigint, ALTER "a""b" TYPE varchar(9)' },
  ],
};
