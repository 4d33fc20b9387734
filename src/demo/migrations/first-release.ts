import type { DemoMigration } from "./demo-project.ts";

/** What a first release ships: a new table, and indexes on tables in use. */
export const FIRST_RELEASE: readonly DemoMigration[] = [
  {
    name: "0001_returns.sql",
    text: `-- Goods that customers send back.
CREATE TABLE returns (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_item_id bigint NOT NULL REFERENCES order_items,
  reason text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX returns_order_item_id_idx ON returns (order_item_id);
`,
  },
  {
    name: "0002_index_orders_by_day.sql",
    text: `CREATE INDEX CONCURRENTLY orders_customer_placed_idx ON orders (customer_id, placed_at DESC);
`,
  },
  {
    name: "0003_index_items_by_product.sql",
    text: `CREATE INDEX CONCURRENTLY order_items_product_id_idx ON order_items (product_id);
`,
  },
  {
    name: "0004_unique_payment_reference.sql",
    text: `-- Two payments with one reference have been a bug before.
CREATE UNIQUE INDEX CONCURRENTLY payments_reference_key ON payments (reference);
`,
  },
];
