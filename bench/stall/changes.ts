import { partitionTable } from "../../src/index.ts";
import type { Operation } from "../pgroll/pgroll.ts";

/** What the clients work on; `rows` orders for a tenth as many customers. */
export const tables = (rows: number): readonly string[] => [
  `CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL)`,
  `INSERT INTO customers SELECT g, 'customer ' || g FROM generate_series(1, ${Math.ceil(rows / 10)}) g`,
  `CREATE TABLE orders (id int PRIMARY KEY, customer_id int, code int NOT NULL, amount int NOT NULL, price text NOT NULL,
     state text NOT NULL, note text NOT NULL)`,
  `INSERT INTO orders SELECT g, 1 + g % ${Math.ceil(rows / 10)}, g, g % 10000, (g % 10000) || '.50', 'new', repeat('n', 60)
   FROM generate_series(1, ${rows}) g`,
  "VACUUM (ANALYZE) customers, orders",
  "CHECKPOINT",
];

export interface Change {
  readonly name: string;
  /** As somebody writes it who has the table to himself. */
  readonly sql: string;
  /** Lockkeeper's migration, where it is not the same statement: the text of a TypeScript file. */
  readonly script?: string;
  /** The same for pgroll, where it can do it. */
  readonly pgroll?: Operation;
}

/** @param rows of orders; what the clients add stays far below twice as many */
export const changes = (rows: number): readonly Change[] => [
  {
    name: "int → bigint",
    sql: "ALTER TABLE orders ALTER COLUMN amount TYPE bigint",
    pgroll: altered("amount", { type: "bigint", up: "amount::bigint", down: "amount::int" }),
  },
  {
    name: "text → numeric using",
    sql: "ALTER TABLE orders ALTER COLUMN price TYPE numeric USING price::numeric",
    pgroll: altered("price", { type: "numeric", up: "price::numeric", down: "price::text" }),
  },
  {
    name: "SET NOT NULL",
    sql: "ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL",
    pgroll: altered("customer_id", { nullable: false, up: "customer_id", down: "customer_id" }),
  },
  {
    name: "ADD FOREIGN KEY",
    sql: "ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers",
    pgroll: constrained("orders_customer", "customer_id", {
      type: "foreign_key",
      references: { table: "customers", columns: ["id"] },
    }),
  },
  {
    name: "ADD UNIQUE",
    sql: "ALTER TABLE orders ADD CONSTRAINT orders_code UNIQUE (code)",
    pgroll: constrained("orders_code", "code", { type: "unique" }),
  },
  {
    name: "partitions by range",
    sql: `ALTER TABLE orders RENAME TO orders_first;
      ALTER INDEX orders_pkey RENAME TO orders_first_pkey;
      CREATE TABLE orders (LIKE orders_first, PRIMARY KEY (id)) PARTITION BY RANGE (id);
      ALTER TABLE orders ATTACH PARTITION orders_first FOR VALUES FROM (MINVALUE) TO (${2 * rows});
      CREATE TABLE orders_more PARTITION OF orders FOR VALUES FROM (${2 * rows}) TO (MAXVALUE)`,
    script: migration(
      partitionTable({
        table: "orders",
        by: "range",
        columns: ["id"],
        existing: { name: "orders_first", to: 2 * rows },
        partitions: [{ name: "orders_more", from: 2 * rows }],
      }),
    ),
  },
];

const altered = (column: string, how: object): Operation => ({ alter_column: { table: "orders", column, ...how } });

const constrained = (name: string, column: string, how: object): Operation => ({
  create_constraint: {
    table: "orders",
    name,
    columns: [column],
    ...how,
    up: { [column]: column },
    down: { [column]: column },
  },
});

const migration = (step: object): string => `export default { steps: [${JSON.stringify(step)}] };\n`;
