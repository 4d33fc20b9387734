import type { OnlineCase } from "./end-state.ts";

const SHOP = `
CREATE TABLE customer (id bigint PRIMARY KEY, email text, "Größe" int);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric, note varchar(20), at timestamptz DEFAULT now());
INSERT INTO customer SELECT g, 'c' || g, g FROM generate_series(1, 50) g;
INSERT INTO orders SELECT g, 1 + g % 50, g, 'n' || g FROM generate_series(1, 200) g;`;

export const CASES: readonly OnlineCase[] = [
  {
    name: "an index",
    given: SHOP,
    migration: "CREATE INDEX orders_at ON orders (at)",
    runs: ["CREATE INDEX CONCURRENTLY orders_at ON orders (at)"],
  },
  { name: "an index without a name", given: SHOP, migration: `CREATE UNIQUE INDEX ON customer ("Größe")` },
  { name: "an index that is dropped", given: `${SHOP} CREATE INDEX i ON orders (at);`, migration: "DROP INDEX i" },
  { name: "a column that becomes NOT NULL", given: SHOP, migration: "ALTER TABLE orders ALTER total SET NOT NULL" },
  { name: "a check", given: SHOP, migration: "ALTER TABLE orders ADD CHECK (total > 0)" },
  {
    name: "a named foreign key",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE",
  },
  {
    name: "a foreign key",
    given: SHOP,
    migration: "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customer",
  },
  { name: "a unique constraint", given: SHOP, migration: "ALTER TABLE customer ADD UNIQUE (email)" },
  {
    name: "a unique constraint with all its trimmings",
    given: SHOP,
    migration: `ALTER TABLE customer ADD CONSTRAINT "u U" UNIQUE NULLS NOT DISTINCT (email) INCLUDE ("Größe") WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED`,
  },
  {
    name: "a primary key on columns that may be null",
    given: "CREATE TABLE t (a int, b text); INSERT INTO t SELECT g, g FROM generate_series(1, 100) g;",
    migration: "ALTER TABLE t ADD PRIMARY KEY (a, b)",
  },
  {
    name: "several subcommands",
    given: SHOP,
    migration:
      "ALTER TABLE orders ADD COLUMN state int NOT NULL DEFAULT 0 CHECK (state >= 0), ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer, ALTER total SET NOT NULL, ADD UNIQUE (note), DROP COLUMN at, ALTER note SET DEFAULT 'a, b'",
  },
  {
    name: "a column with inline constraints",
    given: SHOP,
    migration:
      `ALTER TABLE orders ADD COLUMN code text COLLATE "C" CONSTRAINT "unique" UNIQUE CHECK (code <> 'unique') REFERENCES customer (email)`.replace(
        " REFERENCES customer (email)",
        "",
      ),
  },
  {
    name: "an index of a partitioned table",
    given: `CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
      CREATE TABLE p21 PARTITION OF p2 DEFAULT;
      INSERT INTO p SELECT g, date '2024-01-01' + g FROM generate_series(1, 700) g;`,
    migration: "CREATE INDEX ON p (id, at DESC)",
  },
];
