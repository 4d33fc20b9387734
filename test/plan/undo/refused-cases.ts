/** A change whose inverse is not certain, with words of the reason. */
export interface RefusedCase {
  readonly sql: string;
  readonly setup?: string;
  readonly reason: RegExp;
  readonly since?: number;
}

export const REFUSED_CASES: readonly RefusedCase[] = [
  { sql: "INSERT INTO customers VALUES (9, 'x')", reason: /INSERT INTO customers.*not kept/ },
  { sql: "UPDATE app.orders SET note = 'x'", reason: /UPDATE app\.orders/ },
  { sql: "DELETE FROM orders", reason: /DELETE FROM orders/ },
  { sql: "TRUNCATE stray", reason: /TRUNCATE/ },
  { sql: "MERGE INTO stray USING parent ON false WHEN NOT MATCHED THEN INSERT VALUES (1, 'x', 1)", reason: /MERGE/ },
  { sql: "DO $$ BEGIN END $$", reason: /DO block/ },
  { sql: "CALL tidy(1)", reason: /procedure/ },
  { sql: "WITH gone AS (DELETE FROM stray RETURNING a) SELECT count(*) FROM gone", reason: /rows/ },
  { sql: "EXPLAIN ANALYZE DELETE FROM stray", reason: /DELETE/ },
  { sql: "SELECT setval('counter', 500)", reason: /setval/ },
  {
    setup: "CREATE FUNCTION app.launch() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    sql: "SELECT launch()",
    reason: /calls launch/,
  },
  { sql: "DROP TABLE stray", reason: /dropping table stray loses its rows/ },
  { sql: "DROP TABLE IF EXISTS stray", reason: /dropping table stray loses its rows/ },
  { sql: "DROP MATERIALIZED VIEW totals", reason: /matview totals/ },
  { sql: "DROP SEQUENCE counter", reason: /sequence counter/ },
  { sql: 'DROP SCHEMA "Other Place"', reason: /everything in it/ },
  { sql: "DROP TYPE IF EXISTS place", reason: /type place/ },
  { sql: "DROP AGGREGATE total(int)", reason: /aggregate total/ },
  { sql: "ALTER TABLE stray DROP COLUMN a", reason: /dropping a of stray loses its values/ },
  { sql: "ALTER TABLE stray DROP COLUMN IF EXISTS a", reason: /dropping a of stray/ },
  { sql: "ALTER TABLE customers ALTER email TYPE varchar(50)", reason: /may not take back/ },
  { sql: "ALTER TABLE stray ALTER a TYPE bigint", reason: /a of stray becomes bigint/ },
  { sql: "ALTER TABLE orders ALTER at TYPE timestamp", reason: /at of orders becomes timestamp without time zone/ },
  { sql: "ALTER TABLE customers ALTER email TYPE text USING upper(email)", reason: /changes its values/ },
  { sql: "ALTER TABLE orders ALTER net DROP EXPRESSION", reason: /generated/ },
  { sql: "ALTER TABLE orders ALTER id RESTART 99", reason: /RESTART/ },
  { sql: "ALTER SEQUENCE counter RESTART", reason: /RESTART/ },
  { sql: "ALTER TABLE stray ADD CHECK (stray IS NOT NULL)", reason: /ADD CONSTRAINT name/ },
  { sql: "ALTER TABLE stray ADD CHECK (a > 0), ADD CHECK (a < 9)", reason: /ADD CONSTRAINT name/ },
  { sql: "CREATE INDEX ON stray ((a * 2))", reason: /name it/ },
  { sql: "CREATE INDEX CONCURRENTLY ON stray (a)", reason: /name it/ },
  { since: 16, sql: "CREATE STATISTICS ON a, c FROM stray", reason: /name it/ },
  {
    sql: "CREATE OR REPLACE VIEW open_orders AS SELECT id, total AS amount, note FROM orders",
    reason: /further columns/,
  },
  {
    sql: "CREATE OR REPLACE VIEW open_orders AS SELECT * FROM (SELECT id, total AS amount FROM orders) o",
    reason: /\*/,
  },
  {
    setup: "CREATE FUNCTION app.plain(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    sql: "CREATE OR REPLACE FUNCTION plain(a int) RETURNS int LANGUAGE sql AS 'SELECT a'",
    reason: /gives a name/,
  },
  {
    setup: "CREATE FUNCTION app.plain(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    sql: "CREATE OR REPLACE FUNCTION plain(a int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT a'",
    reason: /default arguments/,
  },
  { sql: "CREATE OR REPLACE AGGREGATE total(int) (sfunc = int4mul, stype = int)", reason: /replaced/ },
  { sql: "ALTER TYPE mood ADD VALUE 'angry'", reason: /cannot remove the value angry from enum mood/ },
  { sql: "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'angry'", reason: /cannot remove/ },
  {
    sql: "ALTER TABLE orders DISABLE TRIGGER ALL; ALTER TABLE orders DROP CONSTRAINT orders_customer",
    reason: /come back enabled/,
  },
  { sql: "ALTER TABLE events DROP CONSTRAINT events_key", reason: /partitions/ },
  {
    setup: "CREATE TABLE app.lines (id bigint REFERENCES app.orders)",
    sql: "ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE",
    reason: /CASCADE/,
  },
  {
    setup: "CREATE VIEW app.more AS SELECT * FROM app.open_orders",
    sql: "DROP VIEW open_orders CASCADE",
    reason: /CASCADE/,
  },
  { setup: "CREATE VIEW app.more AS SELECT 1 AS one", sql: "DROP VIEW open_orders, more", reason: /at once/ },
  {
    setup: "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO undo_ben",
    sql: "DROP VIEW open_orders",
    reason: /default privileges/,
  },
  { sql: "ALTER TABLE child NO INHERIT parent", reason: /only inherited/ },
  { sql: "ALTER TABLE orders OWNER TO undo_anna", reason: /already holds privileges/ },
  {
    setup:
      "GRANT USAGE ON SCHEMA app TO undo_anna; GRANT SELECT ON app.stray TO undo_anna WITH GRANT OPTION; SET ROLE undo_anna; GRANT SELECT ON app.stray TO undo_ben; RESET ROLE",
    sql: "REVOKE SELECT ON stray FROM undo_anna CASCADE",
    reason: /passed on/,
  },
  { sql: "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO undo_anna", reason: /default privileges/ },
  { sql: "ALTER ROLE undo_anna CREATEDB", reason: /password/ },
  { sql: "ALTER ROLE undo_ben RENAME TO undo_benjamin", reason: /MD5/ },
  { sql: "ALTER PUBLICATION undo_pub SET TABLE extra", reason: /replaced/ },
  { sql: "ALTER ROLE undo_anna RESET ALL", reason: /RESET ALL/ },
  { setup: "GRANT undo_ben TO undo_anna", sql: "GRANT undo_ben TO undo_anna WITH ADMIN OPTION", reason: /already/ },
  { setup: "GRANT undo_ben TO undo_anna", sql: "REVOKE undo_ben FROM undo_anna", reason: /membership/ },
  { sql: "ALTER FOREIGN TABLE far OPTIONS (ADD x 'y')", reason: /far \(GenericOptions\)/ },
  { sql: "ALTER SERVER undo_server OPTIONS (ADD x 'y')", reason: /AlterForeignServerStmt/ },
  {
    sql: "ALTER TABLE orders ADD COLUMN kind text; UPDATE orders SET kind = 'x'",
    reason: /a trigger of app\.orders fires/,
  },
  { sql: "ALTER TABLE customers ADD COLUMN kind text; UPDATE customers SET kind = 'x', name = 'y'", reason: /UPDATE/ },
  {
    sql: "ALTER TABLE stray ADD COLUMN kind int; ALTER TABLE stray RENAME TO strayed; CREATE TABLE IF NOT EXISTS stray (kind int); UPDATE stray SET kind = 1",
    reason: /UPDATE stray/,
  },
  {
    sql: "CREATE TABLE fresh (id int); WITH gone AS (DELETE FROM stray RETURNING a) INSERT INTO fresh SELECT a FROM gone",
    reason: /INSERT INTO fresh/,
  },
  { sql: "CREATE TABLE IF NOT EXISTS fresh (id int); INSERT INTO fresh VALUES (1)", reason: /INSERT INTO fresh/ },
  {
    sql: "CREATE TABLE fresh (id int); SET search_path = public, app; INSERT INTO fresh VALUES (1)",
    reason: /INSERT INTO fresh/,
  },
];
