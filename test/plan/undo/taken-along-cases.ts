import { idle } from "./exact-case.ts";

/**
 * What a migration made hangs on something else that it made and removes again, and goes along without being named.
 * The way back finds it gone, or still there where the run failed before the removal.
 */
export const TAKEN_ALONG = idle(
  // indexes and constraints
  "CREATE TABLE fresh (id int); CREATE INDEX CONCURRENTLY fresh_i ON fresh (id); DROP TABLE fresh",
  "ALTER TABLE orders ADD COLUMN a int; CREATE INDEX CONCURRENTLY IF NOT EXISTS fresh_i ON orders (a); ALTER TABLE orders DROP COLUMN a",
  "ALTER TABLE orders ADD COLUMN a int; CREATE INDEX CONCURRENTLY fresh_i ON orders (a); ALTER INDEX fresh_i RENAME TO fresh_j; ALTER TABLE orders DROP COLUMN a",
  "ALTER TABLE orders ADD COLUMN a int; CREATE INDEX ON orders (a); ALTER INDEX orders_a_idx RENAME TO fresh_i; ALTER TABLE orders DROP COLUMN a",
  "CREATE UNIQUE INDEX CONCURRENTLY fresh_i ON orders (id); ALTER TABLE orders ADD CONSTRAINT fresh_k UNIQUE USING INDEX fresh_i; ALTER TABLE orders DROP CONSTRAINT fresh_k",
  "CREATE UNIQUE INDEX fresh_i ON orders (id); ALTER TABLE orders ADD UNIQUE USING INDEX fresh_i; ALTER TABLE orders DROP CONSTRAINT fresh_i",
  "ALTER TABLE orders ADD COLUMN a int; CREATE UNIQUE INDEX fresh_i ON orders (a); ALTER TABLE orders ADD CONSTRAINT fresh_k UNIQUE USING INDEX fresh_i; ALTER TABLE orders DROP COLUMN a",
  "CREATE TABLE fresh (id int); CREATE UNIQUE INDEX fresh_i ON fresh (id); ALTER TABLE fresh ADD CONSTRAINT fresh_k UNIQUE USING INDEX fresh_i; ALTER TABLE fresh DROP CONSTRAINT fresh_k; DROP TABLE fresh",
  "ALTER TABLE orders ADD COLUMN a int; ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE orders RENAME CONSTRAINT c TO d; ALTER TABLE orders DROP COLUMN a",
  "ALTER TABLE orders ADD COLUMN a int CHECK (a > 0); COMMENT ON CONSTRAINT orders_a_check ON orders IS 'x'; ALTER TABLE orders DROP COLUMN a",
  "CREATE TABLE fresh (id int PRIMARY KEY); ALTER TABLE orders ADD COLUMN f_id int; ALTER TABLE orders ADD CONSTRAINT ff FOREIGN KEY (f_id) REFERENCES fresh; ALTER TABLE orders DROP COLUMN f_id; DROP TABLE fresh",
  // sequences
  "CREATE TABLE fresh (id int); CREATE SEQUENCE fresh_ids OWNED BY fresh.id; DROP TABLE fresh",
  "CREATE TABLE fresh (id int); CREATE SEQUENCE fresh_ids; ALTER SEQUENCE fresh_ids OWNED BY fresh.id; DROP TABLE fresh",
  "ALTER TABLE orders ADD COLUMN a int; CREATE SEQUENCE fresh_ids OWNED BY orders.a; ALTER TABLE orders DROP COLUMN a",
  "ALTER TABLE orders ADD COLUMN a serial; GRANT SELECT ON SEQUENCE orders_a_seq TO PUBLIC; ALTER SEQUENCE orders_a_seq RENAME TO fresh_ids; ALTER TABLE orders DROP COLUMN a",
  // triggers, rules, policies, statistics
  "ALTER TABLE orders ADD COLUMN a int; CREATE TRIGGER fresh_t BEFORE UPDATE OF a ON orders FOR EACH ROW EXECUTE FUNCTION touch(); DROP TRIGGER fresh_t ON orders; ALTER TABLE orders DROP COLUMN a",
  "CREATE TRIGGER x BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch(); ALTER TRIGGER x ON orders RENAME TO y; ALTER TABLE orders DISABLE TRIGGER y; COMMENT ON TRIGGER y ON orders IS 'x'; DROP TRIGGER y ON orders",
  "CREATE TABLE fresh (id int); CREATE TRIGGER x BEFORE INSERT ON fresh FOR EACH ROW EXECUTE FUNCTION touch(); ALTER TRIGGER x ON fresh RENAME TO y; DROP TABLE fresh",
  "CREATE RULE x AS ON DELETE TO orders DO INSTEAD NOTHING; ALTER RULE x ON orders RENAME TO y; DROP RULE y ON orders",
  "ALTER TABLE orders ADD COLUMN a int; CREATE POLICY x ON orders USING (a > 1); ALTER POLICY x ON orders USING (a > 2); COMMENT ON POLICY x ON orders IS 'x'; DROP POLICY x ON orders; ALTER TABLE orders DROP COLUMN a",
  "ALTER TABLE orders ADD COLUMN a int; CREATE STATISTICS fresh_s ON a, total FROM orders; ALTER TABLE orders DROP COLUMN a",
  "ALTER TABLE orders ADD COLUMN a int; CREATE STATISTICS fresh_s ON a, total FROM orders; ALTER STATISTICS fresh_s SET STATISTICS 5; COMMENT ON STATISTICS fresh_s IS 'x'; DROP STATISTICS fresh_s; ALTER TABLE orders DROP COLUMN a",
  // partitions, schemas, publications, views, types
  "CREATE TABLE fresh (id int, day date) PARTITION BY RANGE (day); CREATE TABLE fresh_1 PARTITION OF fresh FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE INDEX CONCURRENTLY fresh_1i ON fresh_1 (day); ALTER TABLE fresh_1 ADD CONSTRAINT c CHECK (id > 0); DROP TABLE fresh",
  "CREATE SCHEMA fresh; CREATE TABLE fresh.t (id int); ALTER TABLE fresh.t ADD COLUMN a int; DROP TABLE fresh.t; DROP SCHEMA fresh",
  "CREATE TABLE fresh (id int); ALTER PUBLICATION undo_pub ADD TABLE fresh; DROP TABLE fresh",
  "CREATE TABLE fresh (id int); CREATE VIEW fresh_v AS SELECT id FROM fresh; CREATE TRIGGER x INSTEAD OF INSERT ON fresh_v FOR EACH ROW EXECUTE FUNCTION touch(); DROP VIEW fresh_v; DROP TABLE fresh",
  "CREATE TABLE fresh (id int); CREATE MATERIALIZED VIEW fresh_v AS SELECT id FROM fresh; CREATE UNIQUE INDEX CONCURRENTLY fresh_vi ON fresh_v (id); DROP MATERIALIZED VIEW fresh_v; DROP TABLE fresh",
  "CREATE TYPE fresh AS (a int); CREATE FUNCTION fresh_f(fresh) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION fresh_f(fresh); DROP TYPE fresh",
);
