import type { OnlineCase } from "../online-case.ts";
import { FAMILY, MEASURES, SHOP } from "./shop.ts";
import { WIDE, WIDE_AS_WRITTEN } from "./wide-table.ts";

/** ALTER COLUMN TYPE that writes every value again. */
export const RETYPE_CASES: readonly OnlineCase[] = [
  {
    name: "an integer that becomes a bigint",
    given: "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 100) g;",
    migration: "ALTER TABLE t ALTER n TYPE bigint",
    anyOrder: true,
    wrong: "SELECT FROM t WHERE n IS DISTINCT FROM id",
  },
  {
    name: "a numeric that loses digits under a default, a check and an index",
    given: `${SHOP} ALTER TABLE orders ALTER total SET DEFAULT 0.5, ALTER total SET NOT NULL, ADD CONSTRAINT positive CHECK (total > 0);
      CREATE INDEX totals ON orders (total DESC) WHERE total > 100; CREATE INDEX halves ON orders ((total / 2), customer_id) INCLUDE (total);
      COMMENT ON COLUMN orders.total IS 'in all'; COMMENT ON INDEX totals IS 'large'; COMMENT ON CONSTRAINT positive ON orders IS 'more';`,
    migration: "ALTER TABLE orders ALTER COLUMN total TYPE numeric(8, 1)",
    anyOrder: true,
  },
  {
    name: "text that becomes numeric by an expression of the author's",
    given: `${SHOP} CREATE STATISTICS both_of ON note, total FROM orders; CREATE UNIQUE INDEX one ON orders (note);`,
    migration: "ALTER TABLE orders ALTER note TYPE int USING substr(note, 2)::int",
    anyOrder: true,
    wrong: "SELECT FROM orders WHERE note <> id",
  },
  {
    name: "a key with the tables that refer to it",
    given: `CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent int REFERENCES a, n text UNIQUE);
      CREATE TABLE b (id serial PRIMARY KEY, a_id int NOT NULL CONSTRAINT of_a REFERENCES a ON DELETE CASCADE DEFERRABLE);
      INSERT INTO a (parent, n) SELECT NULL, 'n' || g FROM generate_series(1, 50) g; UPDATE a SET parent = id - 1 WHERE id > 1;
      INSERT INTO b (a_id) SELECT id FROM a; COMMENT ON CONSTRAINT of_a ON b IS 'belongs'; COMMENT ON CONSTRAINT a_pkey ON a IS 'key';
      GRANT USAGE ON SEQUENCE a_id_seq TO PUBLIC; COMMENT ON SEQUENCE a_id_seq IS 'counts';`,
    migration: "ALTER TABLE a ALTER id TYPE bigint",
    anyOrder: true,
  },
  {
    name: "a serial key, its sequence and the column that refers to it",
    given: `CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (a_id int REFERENCES a);
      INSERT INTO a SELECT FROM generate_series(1, 50); INSERT INTO b SELECT id FROM a;`,
    migration:
      "ALTER TABLE a ALTER id TYPE bigint; ALTER SEQUENCE a_id_seq AS bigint; ALTER TABLE b ALTER a_id TYPE bigint",
    anyOrder: true,
  },
  {
    name: "an integer with a quoted name",
    given: SHOP,
    migration: `ALTER TABLE customer ALTER "Größe" TYPE bigint`,
    anyOrder: true,
  },
  {
    name: "a text that becomes varchar",
    given: SHOP,
    migration: "ALTER TABLE customer ALTER email TYPE varchar(100)",
    anyOrder: true,
  },
  {
    name: "a type with USING",
    given: SHOP,
    migration: "ALTER TABLE orders ALTER total TYPE int USING round(total)",
    anyOrder: true,
  },
  {
    name: "a timestamp that becomes one with time zone elsewhere",
    given: "CREATE TABLE t (at timestamp); INSERT INTO t VALUES ('2024-01-01');",
    migration: "SET TimeZone = 'Europe/Berlin'; ALTER TABLE t ALTER at TYPE timestamptz",
    anyOrder: true,
    wrong: "SELECT FROM t WHERE at <> '2023-12-31 23:00:00Z'",
  },
  {
    name: "a column of a table of 50 on which everything hangs",
    given: WIDE,
    migration: "ALTER TABLE wide ALTER amount TYPE bigint",
    asWritten: WIDE_AS_WRITTEN,
    anyOrder: true,
    wrong: "SELECT FROM wide WHERE amount IS DISTINCT FROM id",
  },
  {
    name: "an enum that becomes text",
    given: `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok');
      CREATE INDEX ON t (m); INSERT INTO t SELECT g, CASE g % 2 WHEN 0 THEN 'ok' ELSE 'sad' END::mood FROM generate_series(1, 50) g;`,
    migration: "ALTER TABLE t ALTER m TYPE text",
    anyOrder: true,
  },
  {
    name: "a text that becomes an enum, with its default",
    given: `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, m text DEFAULT 'ok' CHECK (m <> ''));
      INSERT INTO t SELECT g, CASE g % 2 WHEN 0 THEN 'ok' ELSE 'sad' END FROM generate_series(1, 50) g;`,
    migration: `ALTER TABLE t DROP CONSTRAINT t_m_check;
      ALTER TABLE t ALTER m DROP DEFAULT, ALTER m TYPE mood USING m::mood, ALTER m SET DEFAULT 'sad'`,
    anyOrder: true,
  },
  {
    name: "a value of an enum that is removed",
    given: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad'); CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok', n int);
      CREATE INDEX moods ON t (m, n); INSERT INTO t SELECT g, CASE g % 3 WHEN 0 THEN 'glad' ELSE 'sad' END::mood, g FROM generate_series(1, 50) g;`,
    migration: `CREATE TYPE feeling AS ENUM ('sad', 'ok');
      ALTER TABLE t ALTER m DROP DEFAULT, ALTER m TYPE feeling USING (CASE m WHEN 'glad' THEN 'ok' ELSE m::text END)::feeling,
        ALTER m SET DEFAULT 'ok'`,
    anyOrder: true,
    wrong: "SELECT FROM t WHERE (m = 'ok') <> (n % 3 = 0)",
  },
  {
    name: "a type, and behind it what needs the new one",
    given:
      "CREATE TABLE t (id int PRIMARY KEY, n int, c text); INSERT INTO t SELECT g, g, 'c' FROM generate_series(1, 100) g;",
    migration:
      "ALTER TABLE t ADD CONSTRAINT large CHECK (n < 9000000000), ALTER n TYPE bigint, ALTER n SET DEFAULT 8000000000, ALTER n SET NOT NULL, ADD UNIQUE (n), ALTER c SET NOT NULL",
    anyOrder: true,
  },
  {
    name: "an enum that another one takes the place and the name of",
    given: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad'); CREATE TABLE t (id int PRIMARY KEY, m mood);
      INSERT INTO t SELECT g, CASE g % 3 WHEN 0 THEN 'ok' ELSE 'sad' END::mood FROM generate_series(1, 50) g;`,
    migration: `ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('sad', 'ok');
      ALTER TABLE t ALTER m TYPE mood USING m::text::mood; DROP TYPE mood_old`,
    anyOrder: true,
  },
  {
    name: "an enum whose name is still taken",
    given: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad'); CREATE TABLE t (m mood); INSERT INTO t VALUES ('ok');`,
    migration: `CREATE TYPE feeling AS ENUM ('sad', 'ok'); ALTER TABLE t ALTER m TYPE feeling USING m::text::feeling; DROP TYPE mood; ALTER TYPE feeling RENAME TO mood`,
    refused: /name of the type mood/,
  },
  {
    name: "a column of a partitioned table",
    given: `${MEASURES} ALTER TABLE measure ALTER value SET NOT NULL, ADD CONSTRAINT positive CHECK (value > 0);
      CREATE TRIGGER touched BEFORE UPDATE ON measure FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();`,
    migration: "ALTER TABLE measure ALTER value TYPE numeric(10, 1)",
    anyOrder: true,
  },
  {
    name: "a column of a partitioned table with an index",
    given: `${MEASURES} CREATE INDEX ON measure (value);`,
    migration: "ALTER TABLE measure ALTER value TYPE numeric(10, 1)",
    refused: /measure_value_idx.*partitioned/is,
  },
  {
    name: "a column of a table with heirs",
    given: FAMILY,
    migration: "ALTER TABLE asset ALTER price TYPE numeric(10, 1)",
    refused: /inherit/,
  },
  {
    name: "a column that a generated one is computed from",
    given: `${SHOP} ALTER TABLE orders ADD COLUMN twice numeric GENERATED ALWAYS AS (total * 2) STORED;`,
    migration: "ALTER TABLE orders ALTER total TYPE numeric(10, 1)",
    refused: /twice is computed from it/,
  },
  {
    name: "a column whose new values differ each time",
    given: SHOP,
    migration: "ALTER TABLE orders ALTER total TYPE int USING total + random()",
    refused: /another value each time/,
  },
  {
    name: "a column that an exclusion constraint is over",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT apart EXCLUDE (total WITH =);`,
    migration: "ALTER TABLE orders ALTER total TYPE numeric(10, 1)",
    refused: /apart/,
  },
  {
    name: "a column that others refer to by a type that does not compare",
    given:
      "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int CONSTRAINT to_a REFERENCES a); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);",
    migration: "ALTER TABLE a ALTER id TYPE text",
    refused: /to_a.*drop the foreign key/is,
  },
  {
    name: "a retyped column by which a publication tells its rows",
    given: `${SHOP} CREATE PUBLICATION p FOR TABLE orders (id) WHERE (total > 3) WITH (publish = 'insert');`,
    migration: "ALTER TABLE orders ALTER COLUMN total TYPE int",
    asWritten: `ALTER PUBLICATION p DROP TABLE orders; ALTER TABLE orders ALTER COLUMN total TYPE int;
      ALTER PUBLICATION p ADD TABLE orders (id) WHERE (total > 3::numeric)`,
    anyOrder: true,
    since: 15,
  },
  {
    name: "a column of a published table",
    given: `${SHOP} CREATE PUBLICATION p FOR TABLE orders;`,
    migration: "ALTER TABLE orders ALTER total TYPE numeric(10, 1)",
    refused: /publication p/,
  },
  {
    name: "a column under a materialized view",
    given: `${SHOP} CREATE MATERIALIZED VIEW sums AS SELECT sum(total) FROM orders;`,
    migration: "ALTER TABLE orders ALTER total TYPE numeric(10, 1)",
    refused: /sums/,
  },
];
