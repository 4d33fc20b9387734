import type { OnlineCase } from "../online-case.ts";
import { QUOTED, SHOP } from "./shop.ts";

const DOMAIN =
  "CREATE DOMAIN amount AS numeric; CREATE TABLE t (a amount, b int); INSERT INTO t SELECT g, g FROM generate_series(1, 50) g;";

/** Several subcommands, several statements, settings, domains. */
export const SEVERAL_CASES: readonly OnlineCase[] = [
  {
    name: "several subcommands",
    given: SHOP,
    migration:
      "ALTER TABLE orders ADD COLUMN state int NOT NULL DEFAULT 0 CHECK (state >= 0), ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer, ALTER total SET NOT NULL, ADD UNIQUE (note), DROP COLUMN at, ALTER note SET DEFAULT 'a, b'",
  },
  {
    name: "several subcommands in large letters over lines with comments",
    given: SHOP,
    migration:
      'alter table ORDERS -- the table\n  add check (total > 0), /* , */\n  Alter Total Set Not Null,\n  drop column "at"',
  },
  {
    name: "a table that is made, filled and constrained",
    given: SHOP,
    migration:
      "CREATE TABLE item (id int, order_id bigint); INSERT INTO item SELECT g, g FROM generate_series(1, 9) g; ALTER TABLE item ADD PRIMARY KEY (id), ADD FOREIGN KEY (order_id) REFERENCES orders; CREATE INDEX ON item (order_id); ALTER TABLE item ALTER order_id SET NOT NULL",
  },
  {
    name: "a column that is added, filled and constrained",
    given: SHOP,
    migration:
      "ALTER TABLE orders ADD COLUMN more int DEFAULT 1; ALTER TABLE orders ALTER more SET NOT NULL; CREATE INDEX ON orders (more); ALTER TABLE orders ADD CHECK (more > 0)",
  },
  {
    name: "a search path that is set",
    given: QUOTED,
    migration: `SET search_path = "Läden"; CREATE INDEX ON "Kunde" ("select"); ALTER TABLE "Kunde" ADD UNIQUE ("E-Mail"); ALTER TABLE "Kunde" ALTER "select" SET NOT NULL`,
  },
  {
    name: "a search path that is set for another statement",
    given: `${SHOP} ${QUOTED}`,
    migration: `SET search_path = "Läden", public; ALTER TABLE orders ADD CHECK (total > 0); DROP INDEX IF EXISTS nothing; ALTER TABLE "Kunde" ADD CHECK ("Nr" > 0)`,
  },
  {
    name: "a foreign key into another schema",
    given: `${SHOP} CREATE SCHEMA other; CREATE TABLE other.customer (id bigint PRIMARY KEY); INSERT INTO other.customer SELECT generate_series(1, 51);`,
    migration: "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES other.customer",
  },
  {
    name: "tables of the same name in two schemas",
    given: `${SHOP} CREATE SCHEMA other; CREATE TABLE other.orders (id int, total int); INSERT INTO other.orders VALUES (1, 1);`,
    migration:
      "ALTER TABLE other.orders ADD PRIMARY KEY (id); ALTER TABLE orders ADD CHECK (total > 0); CREATE INDEX ON other.orders (total)",
  },
  {
    name: "a table with a trigger, a policy and a view",
    given: `${SHOP} CREATE VIEW v AS SELECT id, total FROM orders; ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON orders USING (total > 0); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f();`,
    migration:
      "ALTER TABLE orders ADD CHECK (total > 0), ALTER total SET NOT NULL; CREATE INDEX ON orders (customer_id, at)",
  },
  {
    name: "a transaction of the author's",
    given: SHOP,
    migration:
      "BEGIN; ALTER TABLE orders ADD COLUMN more int; ALTER TABLE customer ADD COLUMN more int; COMMIT; CREATE INDEX ON orders (more)",
  },
  {
    name: "a constraint of a domain that is not valid",
    given: DOMAIN,
    migration: "ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID",
    runs: ["ALTER DOMAIN amount ADD CONSTRAINT positive"],
  },
  {
    name: "a constraint of a domain",
    given: DOMAIN,
    migration: "ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0)",
    refused: /domain.*public\.t.*NOT VALID/is,
  },
  {
    name: "a constraint of a domain that is validated",
    given: `${DOMAIN} ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;`,
    migration: "ALTER DOMAIN amount VALIDATE CONSTRAINT positive",
    refused: /domain.*public\.t/is,
  },
  {
    name: "a domain that becomes NOT NULL",
    given: DOMAIN,
    migration: "ALTER DOMAIN amount SET NOT NULL",
    refused: /domain.*public\.t/is,
  },
  {
    name: "a constraint of a domain that nobody uses",
    given: "CREATE DOMAIN amount AS numeric;",
    migration: "ALTER DOMAIN amount ADD CHECK (VALUE > 0), ".replace(", ", ""),
    runs: ["ALTER DOMAIN amount ADD CHECK (VALUE > 0)"],
  },
  {
    name: "a constraint of a domain that loses it",
    given: `${DOMAIN} ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0);`,
    migration: "ALTER DOMAIN amount DROP CONSTRAINT positive; ALTER DOMAIN amount SET DEFAULT 1",
  },
  {
    name: "a value of an enum",
    given: "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (m mood); INSERT INTO t VALUES ('ok');",
    migration: "ALTER TYPE mood ADD VALUE 'happy'; ALTER TABLE t ALTER m SET DEFAULT 'ok'",
  },
  {
    name: "a view, a function and grants",
    given: SHOP,
    migration:
      "CREATE VIEW v AS SELECT id FROM orders; CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT SELECT ON v TO public; COMMENT ON TABLE orders IS 'all of them'",
  },
  {
    name: "a table that is renamed and indexed",
    given: SHOP,
    migration:
      "ALTER TABLE orders RENAME TO sales; CREATE INDEX ON sales (at); ALTER TABLE sales ADD CHECK (total > 0)",
  },
  {
    name: "a column that is renamed and constrained",
    given: SHOP,
    migration: "ALTER TABLE orders RENAME total TO sum; ALTER TABLE orders ADD CHECK (sum > 0), ALTER sum SET NOT NULL",
  },
  {
    name: "a change of type behind a renamed column under the same view",
    given: `${SHOP} CREATE VIEW shown AS SELECT total, note FROM orders`,
    migration: "ALTER TABLE orders RENAME note TO remark; ALTER TABLE orders ALTER total TYPE int",
    refused: /view shown is over it, and how PostgreSQL will print the view is not certain/,
  },
  {
    name: "a change of type behind a renamed column in the same policy",
    given: `${SHOP} CREATE POLICY own ON orders USING (total > 0 AND note <> '')`,
    migration: "ALTER TABLE orders RENAME note TO remark; ALTER TABLE orders ALTER total TYPE int",
    refused: /print the policy own is not certain/,
  },
  {
    name: "a trigger and row security",
    given: SHOP,
    migration:
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON orders USING (true)",
  },
  {
    name: "an unlogged table",
    given: "CREATE UNLOGGED TABLE u (a int, b int); INSERT INTO u SELECT g, g FROM generate_series(1, 50) g;",
    migration: "CREATE INDEX ON u (a); ALTER TABLE u ADD PRIMARY KEY (b)",
  },
  {
    name: "an extended statistic and an owner",
    given: SHOP,
    migration:
      "CREATE STATISTICS s ON customer_id, note FROM orders; ALTER TABLE orders SET (autovacuum_enabled = false)",
  },
];
