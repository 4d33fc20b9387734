import type { ProofFamily } from "../proof.ts";

export const MAINTENANCE: ProofFamily = {
  name: "maintenance",
  schema: `
    CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL, total numeric);
    INSERT INTO orders SELECT i, i % 10, i FROM generate_series(1, 500) i;
    CREATE INDEX orders_customer ON orders (customer);
    ALTER TABLE orders CLUSTER ON orders_customer;
    CREATE TABLE plain (id int, note text);
    INSERT INTO plain SELECT i, 'n' || i FROM generate_series(1, 200) i;
    CREATE INDEX plain_id ON plain (id);
    CREATE TABLE refs (id int, order_id bigint REFERENCES orders);
    INSERT INTO refs SELECT i, i FROM generate_series(1, 100) i;

    CREATE TABLE events (id int NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
      PARTITION BY RANGE (id);
    CREATE TABLE events_2024_low PARTITION OF events_2024 FOR VALUES FROM (0) TO (100000);
    INSERT INTO events SELECT i, '2023-01-01'::date + i FROM generate_series(0, 700) i;
    CREATE INDEX events_at ON events (at);

    CREATE TABLE people (id int PRIMARY KEY, name text);
    INSERT INTO people SELECT i, 'p' || i FROM generate_series(1, 100) i;
    CREATE TABLE staff (salary int) INHERITS (people);
    INSERT INTO staff SELECT i, 's' || i, i FROM generate_series(1, 50) i;

    CREATE VIEW recent AS SELECT * FROM orders WHERE id > 100;
    CREATE VIEW nested AS SELECT r.id, p.name FROM recent r JOIN people p ON p.id = r.customer
      WHERE EXISTS (SELECT FROM plain WHERE plain.id = r.id);
    CREATE MATERIALIZED VIEW totals AS SELECT customer, sum(total) AS total FROM recent GROUP BY customer;
    CREATE UNIQUE INDEX totals_customer ON totals (customer);
    CREATE MATERIALIZED VIEW counted AS SELECT at, count(*) FROM events GROUP BY at;
    CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM plain WITH NO DATA;
    CREATE UNIQUE INDEX unfilled_id ON unfilled (id);
    CREATE SEQUENCE numbers;
  `,
  proofs: [
    { sql: "VACUUM orders" },
    { sql: "VACUUM (FREEZE, VERBOSE) orders, plain" },
    { sql: "VACUUM (ANALYZE) orders" },
    { sql: "VACUUM (FULL) orders" },
    { sql: "VACUUM (FULL off) plain" },
    { sql: "VACUUM (FULL, ANALYZE) plain" },
    { sql: "VACUUM FULL totals" },
    { sql: "VACUUM events" },
    { sql: "VACUUM (FULL) events" },
    { sql: "VACUUM people" },
    { sql: "VACUUM (ANALYZE) ONLY people", versions: [18] },
    { sql: "VACUUM FULL people" },
    { sql: "VACUUM (DISABLE_PAGE_SKIPPING) staff" },
    { sql: "VACUUM" },
    { sql: "VACUUM (ONLY_DATABASE_STATS)", versions: [16, 17, 18] },
    { sql: "ANALYZE orders" },
    { sql: "ANALYZE orders (customer, total), plain" },
    { sql: "ANALYZE VERBOSE totals" },
    { sql: "ANALYZE events" },
    { sql: "ANALYZE ONLY events", versions: [18] },
    { sql: "ANALYZE events_2024" },
    { sql: "ANALYZE people" },
    { sql: "ANALYZE recent" },
    { sql: "ANALYZE" },
    { sql: "ANALYZE orders", inTransaction: ["CREATE INDEX ON orders (total)"] },
    { sql: "CLUSTER orders" },
    { sql: "CLUSTER orders USING orders_pkey" },
    { sql: "CLUSTER plain" },
    { sql: "CLUSTER plain USING plain_id" },
    { sql: "CLUSTER totals USING totals_customer" },
    { sql: "CLUSTER events USING events_at" },
    { sql: "CLUSTER" },
    { sql: "REFRESH MATERIALIZED VIEW totals" },
    { sql: "REFRESH MATERIALIZED VIEW totals WITH NO DATA" },
    { sql: "REFRESH MATERIALIZED VIEW counted" },
    { sql: "REFRESH MATERIALIZED VIEW unfilled" },
    { sql: "REFRESH MATERIALIZED VIEW CONCURRENTLY totals" },
    { sql: "REFRESH MATERIALIZED VIEW CONCURRENTLY counted" },
    { sql: "REFRESH MATERIALIZED VIEW CONCURRENTLY unfilled" },
    { sql: "REFRESH MATERIALIZED VIEW recent" },
    { sql: "LOCK TABLE orders" },
    { sql: "LOCK TABLE orders IN ACCESS SHARE MODE" },
    { sql: "LOCK TABLE orders IN ROW SHARE MODE" },
    { sql: "LOCK TABLE orders IN ROW EXCLUSIVE MODE" },
    { sql: "LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE" },
    { sql: "LOCK TABLE orders IN SHARE MODE" },
    { sql: "LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE" },
    { sql: "LOCK TABLE orders IN EXCLUSIVE MODE NOWAIT" },
    { sql: "LOCK TABLE orders, plain IN ACCESS EXCLUSIVE MODE" },
    { sql: "LOCK TABLE people IN SHARE MODE" },
    { sql: "LOCK TABLE ONLY people IN SHARE MODE" },
    { sql: "LOCK TABLE staff" },
    { sql: "LOCK TABLE events" },
    { sql: "LOCK TABLE ONLY events" },
    { sql: "LOCK TABLE events_2024_low" },
    { sql: "LOCK TABLE recent IN EXCLUSIVE MODE" },
    { sql: "LOCK TABLE nested IN SHARE MODE" },
    { sql: "LOCK TABLE totals" },
    { sql: "LOCK TABLE numbers" },
  ],
};
