/** A schema with most kinds of objects that one role can make in one database. */
export const SHOP_STATEMENTS: readonly string[] = [
  "CREATE SCHEMA shop",
  "CREATE TYPE shop.mood AS ENUM ('calm', 'brisk')",
  "CREATE TYPE shop.address AS (street text, town text)",
  "CREATE DOMAIN shop.amount AS numeric(12,2) CONSTRAINT positive CHECK (VALUE >= 0)",
  "CREATE TYPE shop.span AS RANGE (SUBTYPE = float8)",
  "CREATE SEQUENCE shop.numbers START 100 INCREMENT 5",
  `CREATE FUNCTION shop.slug(name text) RETURNS text IMMUTABLE STRICT LANGUAGE sql AS 'SELECT lower(name)'`,
  "CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
  "CREATE AGGREGATE shop.total (numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0')",
  `CREATE TABLE shop.customer (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL CHECK (name <> ''), mood shop.mood DEFAULT 'calm',
     home shop.address, past shop.mood[], UNIQUE (name))`,
  `CREATE TABLE shop.orders (
     id bigint DEFAULT nextval('shop.numbers'), customer bigint REFERENCES shop.customer ON DELETE CASCADE, placed timestamptz NOT NULL DEFAULT now(),
     total shop.amount, gross numeric GENERATED ALWAYS AS (total * 1.2) STORED, PRIMARY KEY (id, placed)) PARTITION BY RANGE (placed)`,
  "CREATE TABLE shop.orders_2024 PARTITION OF shop.orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
  "CREATE TABLE shop.orders_rest PARTITION OF shop.orders DEFAULT",
  "CREATE INDEX orders_by_customer ON shop.orders (customer, placed DESC) WHERE total > 100",
  "CREATE INDEX customer_slug ON shop.customer (shop.slug(name)) INCLUDE (mood)",
  "CREATE TRIGGER touch BEFORE UPDATE ON shop.customer FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION shop.touch()",
  "CREATE TRIGGER touch BEFORE UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.touch()",
  "CREATE VIEW shop.big AS SELECT c.name, o.total FROM shop.orders o JOIN shop.customer c ON c.id = o.customer WHERE o.total > 1000",
  "CREATE VIEW shop.bigger AS SELECT name, shop.slug(name) AS slug FROM shop.big WHERE total > 10000",
  "CREATE MATERIALIZED VIEW shop.per_customer AS SELECT customer, shop.total(total) AS total FROM shop.orders GROUP BY customer",
  "CREATE UNIQUE INDEX per_customer_key ON shop.per_customer (customer)",
  "CREATE RULE no_delete AS ON DELETE TO shop.big DO INSTEAD NOTHING",
  "ALTER TABLE shop.customer ENABLE ROW LEVEL SECURITY",
  "CREATE POLICY own ON shop.customer USING (name = current_user)",
  "CREATE STATISTICS shop.order_stats ON customer, total FROM shop.orders",
  "CREATE PUBLICATION shop FOR TABLE shop.customer",
  "GRANT SELECT (name) ON shop.customer TO pg_monitor",
  "GRANT SELECT ON shop.orders TO public",
  "COMMENT ON TABLE shop.orders IS 'what was bought'",
  "COMMENT ON COLUMN shop.orders.total IS 'net'",
];

export const SHOP = SHOP_STATEMENTS.join(";\n");
