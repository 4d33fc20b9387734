/** A defect of a database, in a schema of its own that has the check's name. */
export interface Planted {
  readonly check: string;
  readonly severity: "critical" | "error" | "warning" | "info";
  /** Run with the schema first in the search_path. */
  readonly sql: string;
  /** What the finding names; `@` stands for the schema. */
  readonly object: string | RegExp;
  /** What it says. */
  readonly says: RegExp;
  /** First major that knows it. */
  readonly since?: number;
}

const KEYED = "CREATE TABLE a (id int PRIMARY KEY, n int)";
const REFERRING = `${KEYED}; CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); CREATE INDEX ON b (a)`;
const PARTED = `CREATE TABLE p (id int PRIMARY KEY, n int) PARTITION BY RANGE (id);
  CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)`;

export const PLANTED: readonly Planted[] = [
  {
    check: "table-unlogged",
    severity: "warning",
    sql: "CREATE UNLOGGED TABLE a (id int PRIMARY KEY)",
    object: "@.a",
    says: /crash empties it/,
  },
  {
    check: "partition-detach-pending",
    severity: "error",
    sql: `${PARTED}; UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'p1'::regclass`,
    object: "@.p1",
    says: /not detached to the end/,
  },
  {
    check: "default-partition-rows",
    severity: "warning",
    sql: `${PARTED}; CREATE TABLE rest PARTITION OF p DEFAULT; INSERT INTO p VALUES (100, 1); ANALYZE`,
    object: "@.rest",
    says: /rows in the default partition/,
  },
  {
    check: "duplicate-rows",
    severity: "warning",
    sql: "CREATE TABLE a (n int, t json); INSERT INTO a SELECT 1, '{}' FROM generate_series(1, 3); ANALYZE",
    object: "@.a",
    says: /^2 rows of/,
  },
  {
    check: "dead-rows",
    severity: "warning",
    sql: `${KEYED}; INSERT INTO a SELECT g FROM generate_series(1, 20000) g; ANALYZE a; DELETE FROM a`,
    object: "@.a",
    says: /20000 dead rows/,
  },
  {
    check: "primary-key-missing",
    severity: "warning",
    sql: "CREATE TABLE a (id int)",
    object: "@.a",
    says: /no primary key/,
  },
  {
    check: "foreign-key-without-index",
    severity: "warning",
    sql: `${KEYED}; CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); CREATE INDEX ON b (id, a)`,
    object: "@.b",
    says: /no index on \(a\)/,
  },
  {
    check: "foreign-key-type-mismatch",
    severity: "warning",
    sql: `${KEYED}; CREATE TABLE b (id int PRIMARY KEY, a bigint REFERENCES a); CREATE INDEX ON b (a)`,
    object: "@.b.a",
    says: /is bigint and refers to .* which is integer/,
  },
  {
    check: "orphans",
    severity: "critical",
    sql: `${REFERRING}; SET session_replication_role = replica; INSERT INTO b VALUES (7, 99), (8, NULL); RESET session_replication_role; ANALYZE`,
    object: "@.b",
    says: /^1 row of .* refers by \(a\) to what is not in/,
  },
  {
    check: "constraint-not-validated",
    severity: "warning",
    sql: `${KEYED}; ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0) NOT VALID`,
    object: "@.a",
    says: /positive .* is not validated/,
  },
  {
    check: "constraint-not-enforced",
    severity: "info",
    sql: `${KEYED}; ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0) NOT ENFORCED`,
    object: "@.a",
    says: /NOT ENFORCED/,
    since: 18,
  },
  {
    check: "trigger-disabled",
    severity: "error",
    sql: `${KEYED}; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
      CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE a DISABLE TRIGGER t`,
    object: "@.a",
    says: /trigger t .* is disabled/,
  },
  {
    check: "check-violated",
    severity: "error",
    sql: `${KEYED}; INSERT INTO a VALUES (1, -1), (2, 2); ANALYZE; ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0) NOT VALID`,
    object: "@.a",
    says: /^1 row of .* violates positive/,
  },
  {
    check: "index-invalid",
    severity: "error",
    sql: `${KEYED}; CREATE INDEX i ON a (n); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass`,
    object: "@.i",
    says: /not built to its end/,
  },
  {
    check: "index-not-attached",
    severity: "error",
    sql: `${PARTED}; CREATE INDEX i ON ONLY p (n)`,
    object: "@.i",
    says: /is missing on .*p1/,
  },
  {
    check: "index-duplicate",
    severity: "warning",
    sql: `${KEYED}; CREATE INDEX i ON a (n); CREATE INDEX j ON a (n)`,
    object: "@.j",
    says: /are the same/,
  },
  {
    check: "index-redundant",
    severity: "info",
    sql: `${KEYED}; CREATE INDEX i ON a (n); CREATE INDEX j ON a (n, id)`,
    object: "@.i",
    says: /is the beginning of/,
  },
  {
    check: "index-corrupt",
    severity: "critical",
    sql: `CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA public; ${KEYED}; INSERT INTO a SELECT g, g FROM generate_series(1, 100) g; ANALYZE;
      CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE INDEX i ON a (f(n));
      CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT -$1'`,
    object: "@.i",
    says: /is damaged/,
  },
  {
    check: "table-corrupt",
    severity: "critical",
    sql: `CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA public; ${KEYED}; INSERT INTO a VALUES (1, 1); ANALYZE;
      UPDATE pg_class SET relfrozenxid = (pg_current_xact_id()::text::bigint % 4294967296)::text::xid WHERE oid = 'a'::regclass`,
    object: "@.a",
    says: /are damaged in 1 place/,
  },
  {
    check: "unique-violated",
    severity: "error",
    sql: `${KEYED}; CREATE UNIQUE INDEX i ON a ((n % 10)) WHERE id > 1; UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = 'i'::regclass;
      INSERT INTO a VALUES (1, 5), (2, 5), (3, 15), (4, NULL), (5, NULL); ANALYZE`,
    object: "@.a",
    says: /^1 row of .* has a key that another row has: .*i cannot be built/,
  },
  {
    check: "temporal-order",
    severity: "warning",
    sql: `CREATE TABLE a (id int PRIMARY KEY, lease_start_on date, lease_end_on date);
      INSERT INTO a VALUES (1, '2025-02-02', '2025-01-01'), (2, '2025-01-01', '2025-01-01'), (3, '2025-01-01', NULL); ANALYZE`,
    object: "@.a",
    says: /^In 1 row of .* lease_start_on is later than lease_end_on/,
  },
  {
    check: "synced-columns-differ",
    severity: "error",
    sql: `CREATE TABLE a (id int PRIMARY KEY, n int, m bigint); INSERT INTO a VALUES (1, 1, 1), (2, 2, NULL); ANALYZE;
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.m := new.n; RETURN new; END';
      CREATE TRIGGER s BEFORE INSERT OR UPDATE ON a FOR EACH ROW WHEN (new.m IS DISTINCT FROM new.n::bigint) EXECUTE FUNCTION f();
      COMMENT ON TRIGGER s ON a IS 'Lockkeeper: keeps n.m current, until contract'`,
    object: "@.a",
    says: /^1 row of .* not as the trigger s keeps them/,
  },
  {
    check: "partition-unattached",
    severity: "info",
    sql: `${PARTED}; CREATE TABLE p_2 (n int, id int PRIMARY KEY)`,
    object: "@.p_2",
    says: /none of them/,
  },
  {
    check: "partition-ending",
    severity: "warning",
    sql: `CREATE TABLE p (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      DO $$ BEGIN EXECUTE format('CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (%L) TO (%L)', current_date - 10, current_date + 10); END $$`,
    object: "@.p",
    says: /ends at .*, and there is no default one/,
  },
  {
    check: "function-broken",
    severity: "warning",
    sql: `${KEYED}; CREATE FUNCTION f(integer) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM a WHERE n = $1'; ALTER TABLE a DROP COLUMN n`,
    object: "@.f(integer)",
    says: /column "n" does not exist/,
  },
  {
    check: "policy-without-effect",
    severity: "error",
    sql: `${KEYED}; CREATE POLICY own ON a USING (id > 0)`,
    object: "@.a",
    says: /row security is off/,
  },
  {
    check: "sequence-not-usable",
    severity: "warning",
    sql: `CREATE ROLE planted_writer LOGIN; CREATE TABLE a (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY); GRANT INSERT ON a TO planted_writer`,
    object: "@.a",
    says: /^planted_writer may insert into .* and may not use .*a_id_seq/,
  },
  {
    check: "run-unfinished",
    severity: "warning",
    sql: `INSERT INTO lockkeeper.run (migration_id, direction, state, plan, checksum) VALUES ('0001_planted', 'up', 'failed', '{"steps":[]}', '');
      INSERT INTO lockkeeper.step (run_id, ordinal, state, kind, title, token, started_at) SELECT id, 0, 'done', 'ddl', '', 1, now() FROM lockkeeper.run`,
    object: "0001_planted",
    says: /is failed, and stands half way/,
  },
  {
    check: "left-over",
    severity: "warning",
    sql: `${KEYED}; ALTER TABLE a ADD COLUMN lockkeeper_dropped_n int`,
    object: "@.a.lockkeeper_dropped_n",
    says: /^The column .* no migration that is unfinished/,
  },
  {
    check: "publication-incomplete",
    severity: "warning",
    sql: `${REFERRING}; CREATE PUBLICATION part FOR TABLE b`,
    object: "@.b",
    says: /refers to .*a, which no publication has/,
  },
  {
    check: "sequence-behind",
    severity: "critical",
    sql: "CREATE TABLE a (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY); INSERT INTO a VALUES (50); ANALYZE",
    object: "@.a_id_seq",
    says: /gives 1 next, and .* has 50 already/,
  },
  {
    check: "sequence-behind-unindexed",
    severity: "critical",
    sql: "CREATE TABLE a (id int PRIMARY KEY, n serial); INSERT INTO a VALUES (1, 50); ANALYZE",
    object: "@.a_n_seq",
    says: /gives 1 next, and .* has 50 already/,
  },
  {
    check: "sequence-near-end",
    severity: "error",
    sql: "CREATE TABLE a (id serial PRIMARY KEY); SELECT setval('a_id_seq', 2147000000)",
    object: "@.a_id_seq",
    says: /99 % of the numbers/,
  },
  {
    check: "view-broken",
    severity: "error",
    sql: `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END'; CREATE VIEW v AS SELECT f() AS n;
      CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE ''gone''; END'`,
    object: "@.v",
    says: /cannot be queried: gone/,
  },
  {
    check: "materialized-view-unpopulated",
    severity: "warning",
    sql: "CREATE MATERIALIZED VIEW v AS SELECT 1 AS n WITH NO DATA",
    object: "@.v",
    says: /never filled/,
  },
  {
    check: "extension-outdated",
    severity: "info",
    sql: "CREATE EXTENSION hstore VERSION '1.4'",
    object: "hstore",
    says: /hstore is at 1\.4/,
  },
  {
    check: "collation-version-changed",
    severity: "error",
    sql: `CREATE COLLATION german (provider = icu, locale = 'de'); UPDATE pg_collation SET collversion = '0' WHERE collname = 'german'`,
    object: "@.german",
    says: /went from version 0 to/,
  },
  {
    check: "published-without-identity",
    severity: "error",
    sql: "CREATE TABLE a (id int); CREATE PUBLICATION all_of_it FOR TABLE a",
    object: "@.a",
    says: /published by all_of_it/,
  },
  {
    check: "slot-inactive",
    severity: "warning",
    sql: "SELECT pg_create_physical_replication_slot('idle', true)",
    object: "idle",
    says: /Nobody reads the replication slot idle/,
  },
  {
    check: "prepared-transaction-old",
    severity: "error",
    sql: "BEGIN; CREATE TABLE held (id int); PREPARE TRANSACTION 'forgotten'",
    object: "forgotten",
    says: /prepared transaction forgotten/,
  },
  {
    check: "wraparound-near",
    severity: "warning",
    sql: `${KEYED}; UPDATE pg_class SET relfrozenxid = (4294967296 - 1300000000 + mod(pg_current_xact_id()::text::bigint, 1000000))::text::xid WHERE oid = 'a'::regclass`,
    object: "@.a",
    says: /transactions ago/,
  },
  // Behind all that analyse the whole database.
  {
    check: "never-analysed",
    severity: "warning",
    sql: `${KEYED}; INSERT INTO a VALUES (1, 1)`,
    object: "@.a",
    says: /never analysed/,
  },
];
