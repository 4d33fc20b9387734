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
  readonly sql: string;
}

export const CHANGES: readonly Change[] = [
  { name: "int → bigint", sql: "ALTER TABLE orders ALTER COLUMN amount TYPE bigint" },
  { name: "text → numeric using", sql: "ALTER TABLE orders ALTER COLUMN price TYPE numeric USING price::numeric" },
  { name: "SET NOT NULL", sql: "ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL" },
  {
    name: "ADD FOREIGN KEY",
    sql: "ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers",
  },
  { name: "ADD UNIQUE", sql: "ALTER TABLE orders ADD CONSTRAINT orders_code UNIQUE (code)" },
];
