import type { ProofFamily } from "../proof.ts";

export const INDEXES: ProofFamily = {
  name: "indexes",
  schema: `
    CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL, total numeric, note text);
    INSERT INTO orders SELECT i, i % 10, i, 'note ' || i FROM generate_series(1, 500) i;
  `,
  proofs: [
    { sql: "CREATE INDEX orders_total ON orders (total)" },
    { sql: "CREATE INDEX orders_total ON public.orders USING hash (total)" },
    { sql: "CREATE INDEX CONCURRENTLY orders_total ON orders (total)" },
  ],
};
