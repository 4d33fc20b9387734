/** A migration that takes away what others may still use, and the database that it finds. */
export interface ContractCase {
  readonly name: string;
  /** Tables with rows. */
  readonly given: string;
  readonly migration: string;
  /** First server major that it is for. */
  readonly since?: number;
}

const SHOP = `CREATE TABLE customer (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, note text DEFAULT 'x' CHECK (note <> ''));
  CREATE TABLE orders (id serial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer ON DELETE CASCADE,
    nr bigint GENERATED ALWAYS AS IDENTITY, at date, total numeric CONSTRAINT positive CHECK (total > 0));
  CREATE INDEX orders_at ON orders (at);
  COMMENT ON TABLE orders IS 'what was ordered';
  COMMENT ON COLUMN orders.at IS 'when';
  INSERT INTO customer VALUES (1, 'a'), (2, 'b');
  INSERT INTO orders (customer_id, at, total) VALUES (1, '2024-01-01', 3), (2, NULL, 4);`;

const TRIMMINGS = `${SHOP}
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE STATISTICS orders_stats ON customer_id, at FROM orders;
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY everybody ON orders USING (true);
  CREATE RULE nothing AS ON DELETE TO orders WHERE old.id < 0 DO INSTEAD NOTHING;
  ALTER TABLE orders SET (fillfactor = 70);
  GRANT SELECT, INSERT ON orders TO PUBLIC;
  GRANT UPDATE (at) ON orders TO pg_monitor WITH GRANT OPTION;`;

const NEEDS = `CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN many AS mood[]; CREATE SEQUENCE numbers;
  CREATE FUNCTION same(mood) RETURNS mood LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
  CREATE FUNCTION usual() RETURNS mood LANGUAGE plpgsql AS 'BEGIN RETURN ''sad''; END';
  CREATE FUNCTION short(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT left($1, 3)';
  CREATE FUNCTION same(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
  CREATE OPERATOR === (FUNCTION = same, LEFTARG = int, RIGHTARG = int);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  COMMENT ON FUNCTION usual() IS 'what most are';
  CREATE TABLE day (id int PRIMARY KEY, felt mood NOT NULL DEFAULT same(usual()), all_felt many, nr bigint DEFAULT nextval('numbers'),
    said text COLLATE "C", CHECK (id === id));
  CREATE INDEX day_said ON day (short(said));
  CREATE TRIGGER touch BEFORE UPDATE ON day FOR EACH ROW EXECUTE FUNCTION touch();
  INSERT INTO day (id, said) VALUES (1, 'a'), (2, 'b');`;

const PARTITIONED = `CREATE TABLE kind (id int PRIMARY KEY); INSERT INTO kind VALUES (1);
  CREATE TABLE event (id int, at date, kind int REFERENCES kind, note text NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE event_2025 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
  CREATE TABLE event_2025_1 PARTITION OF event_2025 FOR VALUES IN (1);
  CREATE INDEX event_note ON event (note);
  INSERT INTO event VALUES (1, '2024-05-05', 1, 'a'), (1, '2025-05-05', 1, 'b');`;

export const CONTRACT_CASES: readonly ContractCase[] = [
  { name: "a table", given: SHOP, migration: "DROP TABLE orders" },
  { name: "a table with all that belongs to it", given: TRIMMINGS, migration: "DROP TABLE public.orders" },
  { name: "a table that others refer to", given: SHOP, migration: "DROP TABLE customer CASCADE" },
  { name: "two tables at once", given: SHOP, migration: "DROP TABLE customer, orders" },
  {
    name: "tables of which one is empty and one is not there",
    given: `${SHOP} CREATE TABLE empty (id int REFERENCES customer);`,
    migration: "DROP TABLE IF EXISTS nowhere, empty, orders",
  },
  {
    name: "tables of the same name in two schemas",
    given: `CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t AS SELECT 1 AS n; CREATE TABLE b.t AS SELECT 2 AS n;`,
    migration: "DROP TABLE a.t, b.t",
  },
  {
    name: "a table that refers to itself, under a name that needs quotes",
    given: `CREATE TABLE "Größe ""x""" (id int PRIMARY KEY, up int REFERENCES "Größe ""x"""); INSERT INTO "Größe ""x""" VALUES (1, 1);`,
    migration: `DROP TABLE "Größe ""x"""`,
  },
  { name: "a partition", given: PARTITIONED, migration: "DROP TABLE event_2024" },
  { name: "a partition with partitions", given: PARTITIONED, migration: "DROP TABLE event_2025" },
  { name: "a partitioned table", given: PARTITIONED, migration: "DROP TABLE event" },
  {
    name: "a table that is made anew under its name",
    given: SHOP,
    migration:
      "DROP TABLE orders; CREATE TABLE orders (id serial PRIMARY KEY, at date); CREATE INDEX orders_at ON orders (at)",
  },
  { name: "a column", given: SHOP, migration: "ALTER TABLE orders DROP COLUMN at" },
  {
    name: "a column that must not be null and is unique, in another's place",
    given: SHOP,
    migration: "ALTER TABLE customer DROP COLUMN email, ADD COLUMN email int UNIQUE",
  },
  { name: "a column with a default and a check", given: SHOP, migration: "ALTER TABLE customer DROP note" },
  { name: "a column that is a foreign key", given: SHOP, migration: "ALTER TABLE orders DROP COLUMN customer_id" },
  { name: "the column of a primary key", given: SHOP, migration: "ALTER TABLE orders DROP COLUMN id" },
  {
    name: "a column of numbers that is made anew",
    given: SHOP,
    migration: "ALTER TABLE orders DROP COLUMN id, DROP nr; ALTER TABLE orders ADD COLUMN id int UNIQUE, ADD nr int",
  },
  {
    name: "a key that others refer to",
    given: SHOP,
    migration: "ALTER TABLE customer DROP COLUMN id CASCADE",
  },
  {
    name: "a column of constraints and indexes over several",
    given: `CREATE TABLE t (a int, b int, c text DEFAULT 'c', CHECK (a < b), UNIQUE (a, c));
      CREATE UNIQUE INDEX low ON t (lower(c)); CREATE INDEX part ON t (a) WHERE c IS NOT NULL;
      CREATE STATISTICS s ON a, c FROM t;
      INSERT INTO t VALUES (1, 2, 'x'), (2, 3, 'y');`,
    migration: "ALTER TABLE t DROP COLUMN c, DROP COLUMN b",
  },
  {
    name: "a column in an index that takes nulls for equal",
    given:
      "CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX u ON t (a) NULLS NOT DISTINCT; INSERT INTO t VALUES (1, 1), (2, 2);",
    migration: "ALTER TABLE t DROP COLUMN a",
    since: 15,
  },
  {
    name: "columns, and what nothing but them needs",
    given: NEEDS,
    migration: `ALTER TABLE day DROP COLUMN felt, DROP COLUMN all_felt, DROP COLUMN nr, DROP COLUMN said;
      DROP FUNCTION same(mood); DROP FUNCTION IF EXISTS usual(), short(text), nobody(); DROP DOMAIN many; DROP TYPE mood CASCADE; DROP SEQUENCE numbers`,
  },
  {
    name: "columns, and others of the names of what they need",
    given: NEEDS,
    migration: `ALTER TABLE day DROP COLUMN felt, DROP COLUMN all_felt; DROP FUNCTION usual(), same(mood); DROP TYPE many, mood;
      CREATE TYPE mood AS (n int); CREATE OR REPLACE FUNCTION usual() RETURNS text LANGUAGE sql AS 'SELECT ''x''';
      ALTER TABLE day ADD COLUMN felt mood`,
  },
  {
    name: "a table, and what nothing but it needs",
    given: NEEDS,
    migration: `DROP TABLE day; DROP FUNCTION touch(); DROP FUNCTION usual(); DROP OPERATOR === (int, int);
      DROP FUNCTION same(int, int), same(mood), short(text); DROP SEQUENCE numbers; DROP TYPE many, mood;
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
  },
  {
    name: "a table, its extension and the schema of the rest",
    given: `CREATE EXTENSION citext; CREATE SCHEMA a; CREATE FUNCTION a.f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
      CREATE COLLATION de (PROVIDER = icu, LOCALE = 'de'); CREATE TABLE a.t (id int DEFAULT a.f(), name citext, word text COLLATE de);
      INSERT INTO a.t DEFAULT VALUES;`,
    migration:
      "DROP TABLE a.t; DROP FUNCTION a.f(); DROP SCHEMA a; DROP EXTENSION citext; DROP COLLATION de; CREATE SCHEMA a",
  },
  {
    name: "tables that need each other",
    given: `CREATE TABLE b (id serial, n int); INSERT INTO b (n) VALUES (1);
      CREATE TABLE a (id int DEFAULT nextval('b_id_seq'), one b); INSERT INTO a DEFAULT VALUES;
      ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY those ON a USING (id IN (SELECT n FROM b));`,
    migration: "DROP TABLE a; ALTER TABLE b DROP COLUMN n; DROP TABLE b",
  },
  { name: "a column of a partitioned table", given: PARTITIONED, migration: "ALTER TABLE event DROP COLUMN note" },
  { name: "a table under another name", given: SHOP, migration: "ALTER TABLE orders RENAME TO purchase" },
  {
    name: "a table with all that belongs to it, under another name",
    given: TRIMMINGS,
    migration: "ALTER TABLE IF EXISTS orders RENAME TO purchase",
    since: 15,
  },
  {
    name: "a partitioned table under another name",
    given: PARTITIONED,
    migration: "ALTER TABLE event RENAME TO happening",
  },
  {
    name: "two tables that change places",
    given: `${SHOP} CREATE TABLE orders_new AS SELECT * FROM orders;`,
    migration: "ALTER TABLE orders RENAME TO orders_old; ALTER TABLE orders_new RENAME TO orders",
  },
  {
    name: "a table under another name that loses a column, and then goes",
    given: SHOP,
    migration:
      "ALTER TABLE orders RENAME TO purchase; ALTER TABLE purchase DROP COLUMN at; DROP TABLE purchase; CREATE TABLE orders (id int)",
  },
  {
    name: "a column, and the table under another name",
    given: SHOP,
    migration: "ALTER TABLE orders DROP COLUMN at; ALTER TABLE orders RENAME TO purchase",
  },
  {
    name: "a table that keeps its statements apart",
    given: SHOP,
    migration:
      "-- lockkeeper: transaction each\nDROP TABLE orders; ALTER TABLE customer RENAME TO client; ALTER TABLE client DROP COLUMN note",
  },
];
