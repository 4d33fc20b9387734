import { type ExactCase, each, idle } from "./exact-case.ts";

export const WITHOUT_TRACE = idle(
  "SELECT count(*) FROM orders",
  "SELECT set_config('work_mem', '5MB', false), pg_notify('a', 'b'), lower(name) FROM customers",
  "SELECT add(1, 2)",
  "ANALYZE orders",
  "LOCK TABLE orders",
  "REINDEX TABLE orders",
  "SET LOCAL lock_timeout = '5s'",
  "EXPLAIN DELETE FROM orders",
  "SHOW work_mem",
  "NOTIFY somebody",
  "SAVEPOINT here; RELEASE here",
);

export const MIGRATIONS = [
  ...each(
    "CREATE TABLE fresh (id int); ALTER TABLE fresh ADD COLUMN kind text DEFAULT 'x'; ALTER TABLE fresh ALTER kind SET DEFAULT 'y'; ALTER TABLE fresh DROP COLUMN kind",
    "CREATE TABLE piece (id int NOT NULL, day date NOT NULL, body text); ALTER TABLE piece DROP COLUMN body; ALTER TABLE piece ADD COLUMN body text; ALTER TABLE events ATTACH PARTITION piece FOR VALUES FROM ('2031-01-01') TO ('2032-01-01'); ALTER TABLE events DETACH PARTITION piece",
    "CREATE TABLE fresh (id int); INSERT INTO fresh VALUES (1); UPDATE fresh SET id = 2; DELETE FROM fresh; TRUNCATE fresh",
    "CREATE TABLE fresh (id serial PRIMARY KEY); SELECT setval('fresh_id_seq', 10); SELECT setval(pg_get_serial_sequence('fresh', 'id'), max(id)) FROM fresh",
    "CREATE TABLE fresh (id int, a text); ALTER TABLE fresh ALTER id TYPE bigint, DROP COLUMN a; CREATE INDEX ON fresh ((id * 2)); ALTER TABLE fresh RENAME id TO key",
    "CREATE TABLE fresh (id int); CREATE FUNCTION fresh_touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER touch BEFORE INSERT ON fresh FOR EACH ROW EXECUTE FUNCTION fresh_touch(); COMMENT ON TRIGGER touch ON fresh IS 'x'",
    "CREATE TABLE a (id int PRIMARY KEY, b_id int); CREATE TABLE b (id int PRIMARY KEY); ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b",
    "CREATE TABLE fresh (id int); CREATE SEQUENCE fresh_ids; ALTER TABLE fresh ALTER id SET DEFAULT nextval('fresh_ids'); ALTER SEQUENCE fresh_ids OWNED BY fresh.id",
    "CREATE SEQUENCE fresh_ids; CREATE TABLE fresh (id int DEFAULT nextval('fresh_ids')); ALTER SEQUENCE fresh_ids OWNED BY fresh.id RESTART 5",
    "CREATE TABLE orders_new (LIKE orders INCLUDING ALL); INSERT INTO orders_new (id, total) SELECT id, total FROM orders; ALTER TABLE orders RENAME TO orders_old; ALTER TABLE orders_new RENAME TO orders; INSERT INTO orders (id, total) VALUES (99, 5)",
    "CREATE SCHEMA fresh; CREATE TABLE fresh.a (id int); CREATE TABLE IF NOT EXISTS fresh.b (id int); INSERT INTO fresh.b VALUES (1); DROP TABLE fresh.a",
    "CREATE TYPE fresh AS ENUM ('a'); ALTER TYPE fresh ADD VALUE 'b' BEFORE 'a'; ALTER TABLE orders ADD COLUMN kind fresh",
    "CREATE TYPE fresh; CREATE TYPE fresh AS ENUM ('a')",
    "ALTER TABLE customers ADD COLUMN kind text; UPDATE customers SET kind = lower(name); ALTER TABLE customers ALTER kind SET NOT NULL; ALTER TABLE customers ALTER kind TYPE varchar(50)",
    "CREATE UNIQUE INDEX fresh_key ON stray (a); ALTER TABLE stray ADD CONSTRAINT stray_key UNIQUE USING INDEX fresh_key",
    "CREATE VIEW fresh AS SELECT 1 AS one; CREATE OR REPLACE VIEW fresh AS SELECT 1 AS one, 2 AS two; GRANT SELECT ON fresh TO undo_anna",
    "CREATE ROLE undo_anna_helper; CREATE TABLE fresh (id int); GRANT SELECT ON fresh TO undo_anna_helper",
    "CREATE TABLE fresh (id int); CREATE ROLE undo_anna_helper; GRANT SELECT ON fresh TO undo_anna_helper; ALTER TABLE fresh OWNER TO undo_anna_helper",
    "CREATE TABLE piece (id int NOT NULL, day date NOT NULL, body text); ALTER TABLE events ATTACH PARTITION piece FOR VALUES FROM ('2031-01-01') TO ('2032-01-01')",
    "CREATE TABLE child_one () ; CREATE TABLE parent_one (); ALTER TABLE child_one INHERIT parent_one",
    "CREATE TEMP TABLE scratch (id int); INSERT INTO scratch VALUES (1); INSERT INTO pg_temp.scratch VALUES (2)",
    "CREATE DOMAIN fresh AS int; CREATE FUNCTION fresh_ok(int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true'; ALTER DOMAIN fresh ADD CHECK (fresh_ok(VALUE))",
    "ALTER TABLE orders DROP CONSTRAINT orders_total; ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT orders_total",
    "ALTER TABLE orders ADD CONSTRAINT at_set CHECK (at IS NOT NULL) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT at_set; ALTER TABLE orders ALTER at SET NOT NULL; ALTER TABLE orders DROP CONSTRAINT at_set",
    "DROP TRIGGER orders_touch ON orders; CREATE TRIGGER orders_touch AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()",
    "DROP INDEX orders_state; CREATE INDEX orders_state ON orders (state)",
    "COMMENT ON TABLE orders IS 'a'; ALTER TABLE orders RENAME TO purchases; COMMENT ON TABLE purchases IS 'b'; ALTER TABLE purchases SET SCHEMA \"Other Place\"",
  ),
  ...idle(
    "CREATE TABLE fresh (id int); CREATE FUNCTION fresh_touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER touch BEFORE INSERT ON fresh FOR EACH ROW EXECUTE FUNCTION fresh_touch(); CREATE POLICY own ON fresh; CREATE RULE quiet AS ON DELETE TO fresh DO INSTEAD NOTHING; CREATE STATISTICS fresh_stats ON id, (id + 1) FROM fresh; ALTER TABLE fresh SET SCHEMA public; DROP TABLE public.fresh; DROP FUNCTION fresh_touch()",
    "ALTER TABLE orders ADD COLUMN kind text DEFAULT 'x'; COMMENT ON COLUMN orders.kind IS 'x'; ALTER TABLE orders ALTER kind SET DEFAULT 'y'; CREATE INDEX orders_kind ON orders (kind); ALTER TABLE orders ADD CONSTRAINT kind_set CHECK (kind <> ''), ADD UNIQUE (id, kind); ALTER TABLE orders DROP COLUMN kind",
    "ALTER TABLE orders ADD CONSTRAINT fresh CHECK (at IS NOT NULL) NOT VALID; COMMENT ON CONSTRAINT fresh ON orders IS 'x'; ALTER TABLE orders VALIDATE CONSTRAINT fresh; ALTER TABLE orders RENAME CONSTRAINT fresh TO fresher; ALTER TABLE orders DROP CONSTRAINT fresher",
    "CREATE TABLE scratch (id int); ALTER TABLE scratch RENAME TO scrap; CREATE INDEX scrap_idx ON scrap (id); DROP TABLE scrap",
    "ALTER TABLE customers ADD COLUMN kind text; ALTER TABLE customers RENAME kind TO sort; UPDATE customers SET sort = 'x'; ALTER TABLE customers DROP COLUMN sort",
    "CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE OR REPLACE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 2'; COMMENT ON FUNCTION fresh() IS 'x'; DROP FUNCTION fresh()",
  ),
];

/** The work of a role that owns its schema and is nothing more. */
const MINE = `CREATE SCHEMA mine AUTHORIZATION undo_anna; SET ROLE undo_anna;
  CREATE TABLE mine.notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text DEFAULT 'x' CONSTRAINT short CHECK (length(body) < 9));
  CREATE VIEW mine.bodies AS SELECT body FROM mine.notes; CREATE FUNCTION mine.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE SEQUENCE mine.ids; CREATE INDEX notes_body ON mine.notes (body); RESET ROLE`;

export const BY_OWNER: readonly ExactCase[] = [
  "CREATE TABLE mine.fresh (id serial); GRANT SELECT ON mine.fresh TO undo_ben",
  "ALTER TABLE mine.notes ALTER body SET DEFAULT 'y', ALTER body SET NOT NULL, DROP CONSTRAINT short, ADD CHECK (body <> '')",
  "ALTER TABLE mine.notes ALTER id DROP IDENTITY",
  "ALTER SEQUENCE mine.ids INCREMENT 5 OWNED BY mine.notes.id",
  "DROP VIEW mine.bodies; DROP FUNCTION mine.one(); DROP INDEX mine.notes_body",
  "CREATE OR REPLACE VIEW mine.bodies AS SELECT upper(body) AS body FROM mine.notes; CREATE OR REPLACE FUNCTION mine.one() RETURNS int LANGUAGE sql AS 'SELECT 2'",
  "COMMENT ON TABLE mine.notes IS 'x'; COMMENT ON SCHEMA mine IS 'y'; ALTER TABLE mine.notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON mine.notes USING (true)",
  "GRANT ALL ON mine.notes TO undo_ben; REVOKE SELECT ON mine.notes FROM undo_ben; REVOKE EXECUTE ON FUNCTION mine.one() FROM PUBLIC",
].map((sql) => ({ sql, setup: MINE, role: "undo_anna" }));
