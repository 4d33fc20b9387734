/** The four changes every fixture project makes, in this order. */
export interface Change {
  readonly name: string;
  readonly up: string;
  readonly down: string;
}

export const customers: Change = {
  name: "create_customers",
  up: `CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL
);`,
  down: "DROP TABLE customers;",
};

export const orders: Change = {
  name: "create_orders",
  up: `CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id),
  total numeric(10, 2) NOT NULL DEFAULT 0
);`,
  down: "DROP TABLE orders;",
};

export const note: Change = {
  name: "add_orders_note",
  up: "ALTER TABLE orders ADD COLUMN note text;",
  down: "ALTER TABLE orders DROP COLUMN note;",
};

export const index: Change = {
  name: "index_orders_customer",
  up: "CREATE INDEX orders_customer_id_idx ON orders (customer_id);",
  down: "DROP INDEX orders_customer_id_idx;",
};

/** {@link index} for tools whose files can leave the transaction. */
export const concurrentIndex: Change = {
  name: index.name,
  up: "CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);",
  down: "DROP INDEX CONCURRENTLY orders_customer_id_idx;",
};

export const changes: readonly Change[] = [customers, orders, note, index];

/** Prefixes of 14 digits, as most tools write them. */
const TIMESTAMPS = ["20240102090000", "20240215101500", "20240301120000", "20240410083000"] as const;

/** The same moments in milliseconds. */
export const MILLISECONDS = ["1704186000000", "1707992100000", "1709294400000", "1712737800000"] as const;

/** `changes[position]` with its prefix, e.g. `20240102090000_create_customers`. */
export function stem(position: 0 | 1 | 2 | 3, prefixes: readonly string[] = TIMESTAMPS, separator = "_"): string {
  return `${prefixes[position] ?? ""}${separator}${changes[position]?.name ?? ""}`;
}
