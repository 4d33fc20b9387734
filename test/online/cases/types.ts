import type { OnlineCase } from "../online-case.ts";
import { FAMILY, MEASURES, QUOTED, SHOP } from "./shop.ts";

const VIEWS = `CREATE VIEW noted WITH (security_barrier) AS SELECT id, note FROM orders WHERE note <> 'x' WITH LOCAL CHECK OPTION;
  ALTER VIEW noted OWNER TO pg_monitor; ALTER VIEW noted ALTER note SET DEFAULT 'new'::varchar; GRANT SELECT ON noted TO PUBLIC;
  GRANT UPDATE ON noted TO pg_read_all_data WITH GRANT OPTION; GRANT INSERT (id) ON noted TO pg_read_all_stats;
  COMMENT ON VIEW noted IS 'what is noted'; COMMENT ON COLUMN noted.note IS 'the note';
  CREATE VIEW "of those" AS SELECT n.note, c.email FROM noted n JOIN customer c ON c.id = n.id;
  CREATE RULE nothing AS ON DELETE TO noted DO INSTEAD NOTHING; COMMENT ON RULE nothing ON noted IS 'stays';
  CREATE TRIGGER keep INSTEAD OF INSERT ON "of those" FOR EACH ROW EXECUTE FUNCTION keep(); COMMENT ON TRIGGER keep ON "of those" IS 'kept';`;
const VIEWED = `${SHOP} CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; GRANT CREATE ON SCHEMA public TO pg_monitor; ${VIEWS}`;

/** ALTER COLUMN TYPE that writes no row. */
export const TYPE_CASES: readonly OnlineCase[] = [
  {
    name: "a longer varchar",
    given: SHOP,
    migration: "ALTER TABLE orders ALTER note TYPE varchar(40)",
    runs: ["ALTER TABLE orders ALTER note TYPE varchar(40)"],
  },
  {
    name: "a varchar that becomes text",
    given: SHOP,
    migration: "ALTER TABLE orders ALTER COLUMN note SET DATA TYPE text",
  },
  {
    name: "a varchar with an index that becomes text",
    given: `${SHOP} CREATE INDEX ON orders (note);`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
    runs: ["ALTER TABLE orders ALTER note TYPE text"],
  },
  {
    name: "a varchar with a check that becomes text",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT filled CHECK (note <> '');`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
  },
  {
    name: "a varchar with two checks and comments that becomes text",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT "Filled" CHECK (note <> ''), ADD CONSTRAINT many CHECK (length(note) < total + 9); COMMENT ON CONSTRAINT "Filled" ON orders IS 'it''s "filled"';`,
    migration: "ALTER TABLE public.orders ALTER note TYPE text",
  },
  {
    name: "a varchar with a check that was never validated",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT filled CHECK (note <> '') NOT VALID;`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
    runs: ["ALTER TABLE orders ALTER note TYPE text"],
  },
  {
    name: "a varchar with an index of an expression",
    given: `${SHOP} CREATE INDEX low ON orders (lower(note)); COMMENT ON INDEX low IS 'low';`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
  },
  {
    name: "a varchar with a partial index",
    given: `${SHOP} CREATE INDEX "P a" ON orders (at) WHERE note <> ''; ALTER TABLE orders CLUSTER ON "P a";`.replace(
      `ALTER TABLE orders CLUSTER ON "P a";`,
      "",
    ),
    migration: "ALTER TABLE orders ALTER note TYPE varchar(60)",
  },
  {
    name: "a varchar with an index of an expression that the table is clustered on",
    given: `${SHOP} CREATE INDEX low ON orders (lower(note)); ALTER TABLE orders CLUSTER ON low;`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
  },
  {
    name: "a varchar with an index of an expression and statistics",
    given: `${SHOP} CREATE INDEX low ON orders (lower(note)); ALTER INDEX low ALTER COLUMN 1 SET STATISTICS 300;`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
  },
  {
    name: "a varchar with a unique index of an expression",
    given: `${SHOP} CREATE UNIQUE INDEX low ON orders (lower(note));`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
    refused: /low.*unique/is,
  },
  {
    name: "a check and an index of an expression",
    given: `${SHOP} CREATE INDEX low ON orders (lower(note)); ALTER TABLE orders ADD CHECK (note <> '');`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
  },
  {
    name: "another collation",
    given: `${SHOP} CREATE INDEX i ON orders (note);`,
    migration: `ALTER TABLE orders ALTER note TYPE varchar(20) COLLATE "C"`,
  },
  {
    name: "another collation under a unique constraint",
    given: `${SHOP} ALTER TABLE customer ADD UNIQUE (email);`,
    migration: `ALTER TABLE customer ALTER email TYPE text COLLATE "C"`,
    refused: /customer_email_key.*unique/is,
  },
  {
    name: "a timestamp that becomes one with time zone in UTC",
    given: "CREATE TABLE t (at timestamp); INSERT INTO t VALUES ('2024-01-01'); ",
    migration: "SET TimeZone = 'UTC'; ALTER TABLE t ALTER at TYPE timestamptz",
  },
  {
    name: "a timestamp with an index of an expression in UTC",
    given: "CREATE TABLE t (at timestamptz); INSERT INTO t VALUES ('2024-01-01'); CREATE INDEX i ON t (at);",
    migration: "SET TimeZone = 'UTC'; ALTER TABLE t ALTER at TYPE timestamp",
  },
  {
    name: "more digits of a numeric",
    given: `${SHOP} ALTER TABLE orders ALTER total TYPE numeric(10, 2);`,
    migration: "ALTER TABLE orders ALTER total TYPE numeric(14, 2)",
  },
  {
    name: "more digits of a numeric with a check",
    given: `${SHOP} ALTER TABLE orders ALTER total TYPE numeric(10, 2), ADD CHECK (total > 0);`,
    migration: "ALTER TABLE orders ALTER total TYPE numeric(14, 2)",
  },
  {
    name: "the type of a referencing column",
    given:
      "CREATE TABLE a (id varchar(10) PRIMARY KEY); CREATE TABLE b (a varchar(10) REFERENCES a); INSERT INTO a VALUES ('x'); INSERT INTO b VALUES ('x');",
    migration: "ALTER TABLE b ALTER a TYPE text",
  },
  {
    name: "the type of a referenced column",
    given:
      "CREATE TABLE a (id varchar(10) PRIMARY KEY); CREATE TABLE b (a varchar(10) REFERENCES a); INSERT INTO a VALUES ('x'); INSERT INTO b VALUES ('x');",
    migration: "ALTER TABLE a ALTER id TYPE varchar(20)",
  },
  {
    name: "the type of a referencing column, compared in another way",
    given: `CREATE TABLE a (id oid PRIMARY KEY); CREATE TABLE b (a int CONSTRAINT fk REFERENCES a ON DELETE CASCADE); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); COMMENT ON CONSTRAINT fk ON b IS 'to a';`,
    migration: "ALTER TABLE b ALTER a TYPE oid USING a::oid",
  },
  {
    name: "the type of a column and its default",
    given: `${SHOP} ALTER TABLE orders ALTER note SET DEFAULT 'x', ADD CHECK (note <> '');`,
    migration: "ALTER TABLE orders ALTER note DROP DEFAULT, ALTER note TYPE text, ALTER note SET DEFAULT 'y'",
  },
  {
    name: "two types at once",
    given: `${SHOP} ALTER TABLE orders ADD COLUMN code varchar(5), ADD CONSTRAINT both_filled CHECK (note <> code);`,
    migration: "ALTER TABLE orders ALTER note TYPE text, ALTER code TYPE varchar(9)",
  },
  {
    name: "the type of a column with quoted names",
    given: `${QUOTED} ALTER TABLE "Läden"."Kunde" ALTER "E-Mail" TYPE varchar(50), ADD CONSTRAINT "mit @" CHECK ("E-Mail" <> '');`,
    migration: `ALTER TABLE "Läden"."Kunde" ALTER "E-Mail" TYPE text`,
  },
  {
    name: "the type of a column of a parent with a check",
    given: `${FAMILY} ALTER TABLE asset ALTER name TYPE varchar(30); ALTER TABLE asset ADD CONSTRAINT named CHECK (name <> '');`,
    migration: "ALTER TABLE asset ALTER name TYPE text",
  },
  {
    name: "the type of a column of a partitioned table",
    given: `${MEASURES} ALTER TABLE measure ADD COLUMN note varchar(5);`,
    migration: "ALTER TABLE measure ALTER note TYPE text",
  },
  {
    name: "the type of a column of a partitioned table with a check",
    given: `${MEASURES} ALTER TABLE measure ADD COLUMN note varchar(5), ADD CONSTRAINT filled CHECK (note <> '');`,
    migration: "ALTER TABLE measure ALTER note TYPE text",
  },
  {
    name: "the type of a column of a partitioned table with an index",
    given: `${MEASURES} ALTER TABLE measure ADD COLUMN note varchar(5); CREATE INDEX by_note ON measure (note); COMMENT ON INDEX measure_2024_note_idx IS 'one of them'; CLUSTER measure_2024 USING measure_2024_note_idx;`,
    migration: "ALTER TABLE measure ALTER note TYPE text",
    runs: [
      "DROP INDEX public.by_note",
      "ALTER TABLE measure ALTER note TYPE text",
      "CREATE INDEX by_note ON ONLY public.measure",
      "CREATE INDEX CONCURRENTLY measure_2024_note_idx ON public.measure_2024",
      "CREATE INDEX measure_2025_note_idx ON ONLY public.measure_2025",
      "CREATE INDEX CONCURRENTLY measure_2025_odd_note_idx",
      "CREATE INDEX CONCURRENTLY measure_2025_rest_note_idx",
      "ALTER INDEX public.by_note ATTACH PARTITION public.measure_2024_note_idx",
      "ALTER INDEX public.measure_2025_note_idx ATTACH PARTITION public.measure_2025_odd_note_idx",
      "ALTER INDEX public.measure_2025_note_idx ATTACH PARTITION public.measure_2025_rest_note_idx",
      "ALTER INDEX public.by_note ATTACH PARTITION public.measure_2025_note_idx",
    ],
  },
  {
    // Older servers give the comment to the indexes of the partitions too.
    name: "the type of a column of a partitioned table with an index that has a comment",
    since: 18,
    given: `${MEASURES} ALTER TABLE measure ADD COLUMN note varchar(5); CREATE INDEX by_note ON measure (note); COMMENT ON INDEX by_note IS 'all of them';`,
    migration: "ALTER TABLE measure ALTER note TYPE text",
  },
  {
    name: "the type of a column of a partitioned table with two indexes, one of which a partition had before",
    given: `${MEASURES} ALTER TABLE measure ADD COLUMN note varchar(5); CREATE INDEX mine ON measure_2024 (lower(note)); CREATE INDEX ON measure (lower(note)); CREATE INDEX ON measure (value); CREATE INDEX alone ON measure_2025_odd (note, value);`,
    migration: "ALTER TABLE measure ALTER note TYPE text",
  },
  {
    name: "the type of a column of a partitioned table with a unique index",
    given: `${MEASURES} ALTER TABLE measure ADD COLUMN note varchar(5); CREATE UNIQUE INDEX one ON measure (note, sensor_id, at);`,
    migration: "ALTER TABLE measure ALTER note TYPE text",
    refused: /one.*unique/s,
  },
  {
    name: "the type of a column that views show",
    given: VIEWED,
    migration: "ALTER TABLE orders ALTER note TYPE text",
    asWritten: `DROP VIEW "of those"; DROP VIEW noted; ALTER TABLE orders ALTER note TYPE text; ${VIEWS}`,
    runs: [
      `DROP VIEW public."of those"`,
      "DROP VIEW public.noted",
      "ALTER TABLE orders ALTER note TYPE text",
      "CREATE VIEW public.noted WITH (security_barrier = 'true', check_option = 'local') AS",
      "ALTER VIEW public.noted OWNER TO pg_monitor",
      "ALTER VIEW public.noted ALTER COLUMN note SET DEFAULT 'new'",
      "GRANT UPDATE ON public.noted TO pg_read_all_data WITH GRANT OPTION",
      "GRANT SELECT ON public.noted TO PUBLIC",
      "GRANT INSERT (id) ON public.noted TO pg_read_all_stats",
      "COMMENT ON VIEW public.noted",
      "COMMENT ON COLUMN public.noted.note",
      `CREATE VIEW public."of those" AS`,
      "CREATE RULE nothing",
      "COMMENT ON RULE nothing",
      "CREATE TRIGGER keep",
      "COMMENT ON TRIGGER keep",
    ],
  },
  {
    name: "the type of a column that views show, with a check and an index on it",
    given: `${VIEWED} ALTER TABLE orders ADD CONSTRAINT filled CHECK (note <> ''); CREATE INDEX by_note ON orders (lower(note)); ALTER TABLE orders ADD COLUMN code varchar(5);`,
    migration: "ALTER TABLE orders ALTER note TYPE text, ALTER code TYPE varchar(9), ADD COLUMN more int",
    asWritten: `DROP VIEW "of those"; DROP VIEW noted; ALTER TABLE orders ALTER note TYPE text, ALTER code TYPE varchar(9), ADD COLUMN more int; ${VIEWS}`,
  },
  {
    name: "the type of a column that a view shows, whose owner has not all privileges and where new views are granted to others",
    given: `${SHOP} CREATE VIEW v AS SELECT note FROM orders; REVOKE DELETE ON v FROM CURRENT_USER; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor;`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
    asWritten:
      "DROP VIEW v; ALTER TABLE orders ALTER note TYPE text; CREATE VIEW v AS SELECT note FROM orders; REVOKE ALL ON v FROM pg_monitor; REVOKE DELETE ON v FROM CURRENT_USER",
  },
  {
    name: "the type of a column of a partitioned table of which a partition has a view",
    given: `${MEASURES} ALTER TABLE measure ADD COLUMN note varchar(5); CREATE VIEW v AS SELECT m.note, s.id FROM measure_2025_odd m JOIN sensor s ON s.id = m.sensor_id; CREATE VIEW w AS SELECT count(*) FROM measure;`,
    migration: "ALTER TABLE measure ALTER note TYPE text",
    asWritten:
      "DROP VIEW v; ALTER TABLE measure ALTER note TYPE text; CREATE VIEW v AS SELECT m.note, s.id FROM measure_2025_odd m JOIN sensor s ON s.id = m.sensor_id",
  },
  {
    name: "the type of a column that a view shows, where nothing else would last",
    briefSeconds: 5,
    given: `${SHOP} CREATE VIEW v AS SELECT note FROM orders;`,
    migration: "ALTER TABLE orders ALTER note TYPE int USING length(note)",
    asWritten:
      "DROP VIEW v; ALTER TABLE orders ALTER note TYPE int USING length(note); CREATE VIEW v AS SELECT note FROM orders",
    worksUnderLock: "it is brief",
  },
  {
    name: "the type of a column that a materialized view shows",
    given: `${SHOP} CREATE VIEW v AS SELECT note FROM orders; CREATE MATERIALIZED VIEW m AS SELECT * FROM v;`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
    refused: /materialized view public\.m/,
  },
  {
    name: "the type of a column that only a materialized view shows",
    given: `${SHOP} CREATE MATERIALIZED VIEW m AS SELECT note FROM orders;`,
    migration: "ALTER TABLE orders ALTER note TYPE text",
    refused: /materialized view public\.m/,
  },
  {
    name: "the type of a column with a view that the migration itself makes",
    given: SHOP,
    migration: "CREATE VIEW v AS SELECT note FROM orders; ALTER TABLE orders ALTER note TYPE text",
    refused: /view v.*up --to/s,
  },
  {
    name: "the type of a column with a check, a key and an index that the migration itself makes",
    given: `${SHOP} CREATE TABLE kind (code varchar(9) UNIQUE); INSERT INTO kind SELECT 'n' || g FROM generate_series(1, 200) g;`,
    migration: `ALTER TABLE orders ADD CONSTRAINT filled CHECK (note <> '' AND length(note) < 30), ADD CONSTRAINT of_kind FOREIGN KEY (note) REFERENCES kind (code);
      CREATE INDEX by_note ON orders (lower(note)) WHERE note <> 'x'; ALTER TABLE orders ALTER note TYPE text`,
  },
  {
    name: "the type of a column whose check the migration has renamed",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT filled CHECK (note <> ''); CREATE INDEX by_note ON orders (lower(note), at);`,
    migration: "ALTER TABLE orders RENAME note TO remark; ALTER TABLE orders ALTER remark TYPE text",
  },
  {
    name: "the type of a column with a check that the migration makes, which PostgreSQL prints in words of its own",
    given: SHOP,
    migration:
      "ALTER TABLE orders ADD CONSTRAINT filled CHECK (coalesce(note, '-') <> ''); ALTER TABLE orders ALTER note TYPE text",
    refused: /up --to/,
  },
  {
    name: "the type of a column with an index that the migration makes, which PostgreSQL prints in words of its own",
    given: SHOP,
    migration: "CREATE INDEX by_note ON orders ((coalesce(note, '-'))); ALTER TABLE orders ALTER note TYPE text",
    refused: /by_note.*up --to/s,
  },
  {
    name: "the type of a column of a materialized view's table",
    given: `${SHOP} CREATE VIEW v AS SELECT note FROM orders;`,
    migration: "DROP VIEW v; ALTER TABLE orders ALTER note TYPE text; CREATE VIEW v AS SELECT note FROM orders",
  },
];
