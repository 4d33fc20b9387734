import type { DemoMigration } from "./demo-project.ts";

/** What the next release ships. Its first migration wants a table that a report is reading. */
export const SECOND_RELEASE: readonly DemoMigration[] = [
  {
    name: "0005_order_channel.sql",
    text: `ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web';
`,
  },
  {
    name: "0006_check_order_total.sql",
    text: `ALTER TABLE orders ADD CONSTRAINT orders_total_not_negative CHECK (total >= 0) NOT VALID;
`,
  },
  {
    name: "0007_validate_order_total.sql",
    text: `ALTER TABLE orders VALIDATE CONSTRAINT orders_total_not_negative;
`,
  },
  {
    name: "0008_open_orders.sql",
    text: `CREATE VIEW open_orders AS
  SELECT o.id, o.placed_at, o.total, c.name AS customer
  FROM orders AS o JOIN customers AS c ON c.id = o.customer_id
  WHERE o.status IN ('placed', 'paid');
COMMENT ON VIEW open_orders IS 'What the warehouse has still to send.';
`,
  },
  {
    name: "0009_customer_tiers.ts",
    text: `import type { MigrationModule } from "lockkeeper";

/** The best tenth of the customers is gold, the next fifth silver. */
const tierAt = (rank: number): string => (rank < 0.1 ? "gold" : rank < 0.3 ? "silver" : "standard");

export default {
  steps: [
    {
      sql: \`CREATE TABLE customer_tiers (
        customer_id bigint PRIMARY KEY REFERENCES customers,
        spent numeric(14, 2) NOT NULL,
        tier text NOT NULL
      )\`,
    },
    { script: "rankCustomers" },
  ],
  undo: [{ sql: "DROP TABLE customer_tiers" }],
  scripts: {
    async rankCustomers({ query, log }) {
      const customers = await query<{ id: string; spent: string }>(
        "SELECT customer_id AS id, sum(total) AS spent FROM orders GROUP BY customer_id ORDER BY spent DESC, id",
      );
      await query("INSERT INTO customer_tiers SELECT * FROM unnest($1::bigint[], $2::numeric[], $3::text[])", [
        customers.map(({ id }) => id),
        customers.map(({ spent }) => spent),
        customers.map((_, index) => tierAt(index / customers.length)),
      ]);
      log(\`\${customers.length} customers ranked\`);
    },
  },
} satisfies MigrationModule;
`,
  },
  {
    name: "0010_promised_delivery.sql",
    text: `-- The shop promises a day of delivery, and sends by courier.
ALTER TABLE shipments ADD COLUMN promised_on date;
COMMENT ON COLUMN shipments.promised_on IS 'The day the customer was told.';
ALTER TABLE shipments ALTER COLUMN carrier SET DEFAULT 'courier';
`,
  },
];
