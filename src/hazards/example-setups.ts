/** Tables that the examples of the rules work on. */
export const ORDERS = `CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint, note text, total numeric(10,2), state varchar(20), placed timestamptz NOT NULL
);`;

export const EVENTS = `CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');`;
