import type { ProofFamily } from "../proof.ts";

/** Rows that stand in the way, and objects that cannot go; in other schemas, with names that need quotes. */
export const OFFENDERS: ProofFamily = {
  name: "offenders",
  schema: `
    CREATE SCHEMA "Über";
    CREATE TABLE "Über"."Kunde" ("Nr." int PRIMARY KEY, name text);
    INSERT INTO "Über"."Kunde" VALUES (1, 'a'), (2, 'b');
    CREATE TABLE "Über"."Vorgänge" ("Nr." int NOT NULL, "am Tag" date NOT NULL, art text,
      PRIMARY KEY ("Nr.", "am Tag"), CONSTRAINT "Kunde?" FOREIGN KEY ("Nr.") REFERENCES "Über"."Kunde")
      PARTITION BY RANGE ("am Tag", "Nr.");
    CREATE TABLE "Über"."2023" PARTITION OF "Über"."Vorgänge" FOR VALUES FROM ('2023-01-01', 0) TO ('2024-01-01', 0);
    CREATE TABLE "Über"."Rest" PARTITION OF "Über"."Vorgänge" DEFAULT;
    INSERT INTO "Über"."Vorgänge" VALUES (1, '2023-05-05', 'x'), (2, '2030-05-05', 'y');
    CREATE TABLE "Über"."2024" ("Nr." int NOT NULL, "am Tag" date NOT NULL, art text);
    INSERT INTO "Über"."2024" VALUES (1, '2024-05-05', 'x');
    CREATE TABLE "Über"."falscher Tag" (LIKE "Über"."2024");
    INSERT INTO "Über"."falscher Tag" VALUES (1, '2024-05-05', 'x'), (1, '2019-05-05', 'x');
    CREATE TABLE "Über"."fremder Kunde" (LIKE "Über"."2024");
    INSERT INTO "Über"."fremder Kunde" VALUES (99, '2024-05-05', 'x');
    CREATE TABLE "Über".doppelt (LIKE "Über"."2024");
    INSERT INTO "Über".doppelt VALUES (1, '2024-05-05', 'x'), (1, '2024-05-05', 'y');
    CREATE TABLE "Über".schmal ("Nr." int NOT NULL, "am Tag" date NOT NULL);
    CREATE TABLE "Über".anders ("Nr." bigint NOT NULL, "am Tag" date NOT NULL, art text);

    CREATE TABLE colours (id int, name text) PARTITION BY LIST (name);
    CREATE TABLE colours_warm PARTITION OF colours FOR VALUES IN ('red', 'orange');
    CREATE TABLE colours_none PARTITION OF colours FOR VALUES IN (NULL);
    CREATE TABLE colours_cold (id int, name text);
    INSERT INTO colours_cold VALUES (1, 'blue'), (2, 'green');
    CREATE TABLE colours_mixed (id int, name text, CHECK (name IN ('blue', 'green')), CHECK (name IS NOT NULL));
    INSERT INTO colours_mixed VALUES (1, 'blue');
    CREATE TABLE buckets (id int) PARTITION BY HASH (id);
    CREATE TABLE bucket (id int);
    INSERT INTO bucket SELECT i FROM generate_series(1, 20) i;
    CREATE TABLE lowered (name text NOT NULL) PARTITION BY LIST (lower(name));
    CREATE TABLE lowered_a (name text NOT NULL);
    INSERT INTO lowered_a VALUES ('A');
    CREATE TABLE lowered_b (name text NOT NULL, CHECK (lower(name) IS NOT NULL AND lower(name) = 'b'));
    INSERT INTO lowered_b VALUES ('B');
    CREATE TABLE readings (at timestamp NOT NULL, v numeric(10, 2) NOT NULL, u uuid NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE readings_a (at timestamp NOT NULL, v numeric(10, 2) NOT NULL, u uuid NOT NULL,
      CHECK (at >= '2024-01-01' AND '2024-02-01 00:00:00.500' > at));
    INSERT INTO readings_a VALUES ('2024-01-15 12:00', 1, '00000000-0000-0000-0000-000000000001');
    CREATE TABLE prices (v numeric NOT NULL) PARTITION BY RANGE (v);
    CREATE TABLE prices_a (v numeric NOT NULL, CHECK (v >= -1.5 AND v < 10.25));
    INSERT INTO prices_a VALUES (0), (1);
    CREATE TABLE prices_b (v numeric NOT NULL, CHECK (NOT (v < 100 OR v >= 200)));
    INSERT INTO prices_b VALUES (150);
    CREATE TABLE prices_c (v numeric NOT NULL, CONSTRAINT unproven CHECK (v >= 300 AND v < 400));
    INSERT INTO prices_c VALUES (350);
    ALTER TABLE prices_c DROP CONSTRAINT unproven;
    ALTER TABLE prices_c ADD CONSTRAINT unproven CHECK (v >= 300 AND v < 400) NOT VALID;
    CREATE TABLE nested (a int NOT NULL, b int NOT NULL) PARTITION BY RANGE (a);
    CREATE TABLE nested_1 PARTITION OF nested FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (b);
    CREATE TABLE nested_1_1 (a int NOT NULL, b int NOT NULL, CHECK (b >= 0 AND b < 5));
    INSERT INTO nested_1_1 VALUES (1, 1);
    CREATE TABLE nested_1_2 (a int NOT NULL, b int NOT NULL, CHECK (b >= 5 AND b < 9 AND a >= 0 AND a < 10));
    INSERT INTO nested_1_2 VALUES (1, 6);

    CREATE DOMAIN "Über"."Betrag" AS numeric;
    CREATE DOMAIN "Über"."Preis" AS "Über"."Betrag";
    CREATE DOMAIN late AS int;
    ALTER DOMAIN late ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
    CREATE TABLE "Über"."Waren" (id int, preis "Über"."Preis", betrag "Über"."Betrag", spät late);
    INSERT INTO "Über"."Waren" VALUES (1, 5, -5, 1), (2, NULL, 7, 2);
    CREATE MATERIALIZED VIEW "Über"."Späte" AS SELECT spät FROM "Über"."Waren";
    CREATE TABLE parted (id int, b "Über"."Betrag") PARTITION BY RANGE (id);
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
    INSERT INTO parted VALUES (1, 3);

    CREATE VIEW names AS SELECT name FROM "Über"."Kunde";
    CREATE VIEW more_names AS SELECT * FROM names;
    CREATE TABLE people (id int, name text);
    CREATE TABLE staff (salary int) INHERITS (people);
    CREATE TABLE managers (level int) INHERITS (staff);
    INSERT INTO managers VALUES (1, 'a', 2, 3);
    CREATE TABLE keyed (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
    CREATE FUNCTION twice(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * $2';
    CREATE TABLE doubled (id int CHECK (twice(id) < 100));
    CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER noted AFTER UPDATE ON doubled EXECUTE FUNCTION noted();
    CREATE PROCEDURE tidy() LANGUAGE sql AS 'DELETE FROM doubled; UPDATE people SET name = name';
    CREATE PROCEDURE tidy_atomic() LANGUAGE sql BEGIN ATOMIC DELETE FROM managers; END;
    CREATE PROCEDURE tidy_later() LANGUAGE plpgsql AS $$ BEGIN LOCK TABLE people IN SHARE MODE; END $$;
    CREATE TYPE pair AS (a int, b text);
    CREATE TABLE pairs OF pair;
    INSERT INTO pairs VALUES (1, 'x');
  `,
  proofs: [
    // ATTACH
    {
      sql: `ALTER TABLE "Über"."Vorgänge" ATTACH PARTITION "Über"."2024" FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', 0)`,
    },
    {
      sql: `ALTER TABLE "Über"."Vorgänge" ATTACH PARTITION "Über"."falscher Tag" FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', 0)`,
    },
    {
      sql: `ALTER TABLE "Über"."Vorgänge" ATTACH PARTITION "Über"."fremder Kunde" FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', 0)`,
    },
    {
      sql: `ALTER TABLE "Über"."Vorgänge" ATTACH PARTITION "Über".doppelt FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', 0)`,
    },
    {
      sql: `ALTER TABLE "Über"."Vorgänge" ATTACH PARTITION "Über".schmal FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', 0)`,
    },
    {
      sql: `ALTER TABLE "Über"."Vorgänge" ATTACH PARTITION "Über".anders FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', 0)`,
    },
    {
      sql: `ALTER TABLE "Über"."Vorgänge" ATTACH PARTITION "Über"."2024" FOR VALUES FROM ('2024-01-01', 0) TO ('2031-01-01', 0)`,
    },
    {
      sql: `CREATE TABLE "Über"."2030" PARTITION OF "Über"."Vorgänge" FOR VALUES FROM ('2030-01-01', 0) TO ('2031-01-01', 0)`,
    },
    {
      sql: `CREATE TABLE "Über"."2040" PARTITION OF "Über"."Vorgänge" FOR VALUES FROM ('2040-01-01', 0) TO (MAXVALUE, MAXVALUE)`,
    },
    { sql: `ALTER TABLE "Über"."Vorgänge" DETACH PARTITION "Über"."2023"` },
    { sql: `DROP TABLE "Über"."2023"` },
    { sql: "ALTER TABLE colours ATTACH PARTITION colours_cold FOR VALUES IN ('blue')" },
    { sql: "ALTER TABLE colours ATTACH PARTITION colours_cold FOR VALUES IN ('blue', 'green')" },
    { sql: "ALTER TABLE colours ATTACH PARTITION colours_mixed FOR VALUES IN ('blue', 'green', 'cyan')" },
    { sql: "ALTER TABLE colours ATTACH PARTITION colours_mixed FOR VALUES IN ('blue')" },
    { sql: "ALTER TABLE colours ATTACH PARTITION colours_mixed DEFAULT" },
    { sql: "ALTER TABLE colours ATTACH PARTITION colours_cold DEFAULT" },
    { sql: "CREATE TABLE colours_rest PARTITION OF colours DEFAULT" },
    { sql: "ALTER TABLE buckets ATTACH PARTITION bucket FOR VALUES WITH (MODULUS 4, REMAINDER 1)" },
    { sql: "ALTER TABLE buckets ATTACH PARTITION bucket FOR VALUES WITH (MODULUS 1, REMAINDER 0)" },
    { sql: "ALTER TABLE lowered ATTACH PARTITION lowered_a FOR VALUES IN ('a')" },
    { sql: "ALTER TABLE lowered ATTACH PARTITION lowered_b FOR VALUES IN ('b', 'c')" },
    { sql: "ALTER TABLE readings ATTACH PARTITION readings_a FOR VALUES FROM ('2024-01-01') TO ('2024-02-02')" },
    { sql: "ALTER TABLE readings ATTACH PARTITION readings_a FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')" },
    { sql: "ALTER TABLE prices ATTACH PARTITION prices_a FOR VALUES FROM (-1.5) TO (10.25)" },
    { sql: "ALTER TABLE prices ATTACH PARTITION prices_a FOR VALUES FROM (-1.4) TO (10.25)" },
    { sql: "ALTER TABLE prices ATTACH PARTITION prices_a FOR VALUES FROM (-2) TO (9.75)" },
    { sql: "ALTER TABLE prices ATTACH PARTITION prices_b FOR VALUES FROM (100) TO (200)" },
    { sql: "ALTER TABLE prices ATTACH PARTITION prices_c FOR VALUES FROM (300) TO (400)" },
    { sql: "ALTER TABLE nested_1 ATTACH PARTITION nested_1_1 FOR VALUES FROM (0) TO (5)" },
    { sql: "ALTER TABLE nested_1 ATTACH PARTITION nested_1_2 FOR VALUES FROM (5) TO (9)" },
    // domains
    { sql: `ALTER DOMAIN "Über"."Betrag" ADD CONSTRAINT positiv CHECK (VALUE > 0)` },
    { sql: `ALTER DOMAIN "Über"."Betrag" ADD CONSTRAINT klein CHECK (VALUE < 1000 AND VALUE <> 999)` },
    { sql: `ALTER DOMAIN "Über"."Preis" SET NOT NULL` },
    { sql: `ALTER DOMAIN "Über"."Preis" ADD CHECK (VALUE > 0)` },
    { sql: "ALTER DOMAIN late VALIDATE CONSTRAINT positive" },
    { sql: "ALTER DOMAIN late SET NOT NULL" },
    { sql: "ALTER DOMAIN late ADD CHECK (VALUE BETWEEN 0 AND 10)" },
    { sql: "ALTER DOMAIN late ADD CHECK (VALUE > 1)" },
    // DROP
    { sql: `DROP TABLE "Über"."Kunde"` },
    { sql: `DROP TABLE "Über"."Kunde" CASCADE` },
    { sql: "DROP VIEW names" },
    { sql: "DROP VIEW names CASCADE" },
    { sql: "DROP VIEW IF EXISTS nothing, more_names" },
    { sql: "DROP TABLE nothing" },
    { sql: `DROP TABLE "Waren" CASCADE`, inTransaction: [`SET search_path = "Über", public`] },
    { sql: `TRUNCATE "Vorgänge"`, inTransaction: [`SET search_path = nowhere, "Über"`] },
    { sql: "TRUNCATE fresh", inTransaction: ["CREATE TABLE fresh (id int REFERENCES keyed)"] },
    { sql: "DROP VIEW nothing" },
    { sql: "DROP TABLE managers" },
    { sql: "DROP TABLE staff CASCADE" },
    { sql: "DROP TABLE people" },
    { sql: "DROP TABLE keyed" },
    { sql: "DROP FUNCTION twice(int, int)" },
    { sql: "DROP FUNCTION twice(int) CASCADE" },
    { sql: "DROP TRIGGER noted ON doubled" },
    { sql: "DROP TRIGGER IF EXISTS nothing ON doubled" },
    { sql: "DROP PROCEDURE tidy, tidy_atomic" },
    { sql: "DROP TABLE managers CASCADE" },
    { sql: "DROP TYPE pair CASCADE" },
    { sql: `DROP SCHEMA "Über" CASCADE` },
    { sql: `DROP DOMAIN "Über"."Preis" CASCADE` },
    { sql: `DROP DOMAIN "Über"."Betrag" CASCADE` },
    { sql: "DROP TABLE pairs" },
    { sql: "DROP TABLE parted_1" },
    // TRUNCATE
    { sql: `TRUNCATE "Über"."Kunde"` },
    { sql: `TRUNCATE "Über"."Kunde" CASCADE` },
    { sql: `TRUNCATE "Über"."Vorgänge", "Über"."Kunde"` },
    { sql: "TRUNCATE keyed RESTART IDENTITY" },
    { sql: "TRUNCATE staff" },
    // programs
    { sql: "CALL tidy()" },
    { sql: "CALL tidy_atomic()" },
    { sql: "CALL tidy_later()" },
    { sql: "DO $$ BEGIN CREATE TABLE fresh (id int); ALTER TABLE people ADD COLUMN age int; END $$" },
    {
      sql: `DO $$ BEGIN IF clock_timestamp() > '2024-01-01' THEN DROP VIEW more_names; DROP TABLE pairs; END IF; END $$`,
    },
    { sql: "DO $$ BEGIN IF EXISTS (SELECT FROM ONLY people) THEN RAISE NOTICE 'some'; END IF; END $$" },
    {
      sql: `DO $$ DECLARE few int := (SELECT count(*) FROM pairs); BEGIN few := (SELECT count(*) FROM managers); ASSERT (SELECT true FROM more_names LIMIT 1) IS NOT FALSE; END $$`,
    },
    {
      sql: `CREATE SCHEMA extra CREATE TABLE fresh ("Nr." int REFERENCES "Über"."Kunde") CREATE VIEW v AS SELECT 1 AS x`,
    },
    // typed tables
    { sql: "ALTER TYPE pair ALTER ATTRIBUTE b TYPE varchar CASCADE" },
    { sql: "ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint CASCADE" },
    { sql: "ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint" },
    { sql: "ALTER TYPE pair ADD ATTRIBUTE c int, DROP ATTRIBUTE a CASCADE" },
    { sql: "ALTER TYPE pair ADD ATTRIBUTE c int CASCADE, DROP ATTRIBUTE a CASCADE" },
    { sql: "CREATE TABLE more_pairs OF pair (PRIMARY KEY (a))" },
    { sql: `CREATE TABLE fresh (LIKE "Über"."Waren" INCLUDING ALL, more "Über"."Betrag")` },
    { sql: `CREATE TABLE fresh AS SELECT k.* FROM "Über"."Kunde" k JOIN "Über"."Vorgänge" v USING ("Nr.")` },
    { sql: `CREATE MATERIALIZED VIEW fresh AS WITH k AS (SELECT * FROM more_names) SELECT * FROM k` },
    { sql: "CREATE VIEW fresh AS SELECT id FROM people FOR UPDATE" },
    { sql: "CREATE VIEW fresh AS SELECT id FROM people p, LATERAL (SELECT * FROM managers m WHERE m.id = p.id) x (a)" },
  ],
};
