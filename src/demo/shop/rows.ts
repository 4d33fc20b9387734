export interface ShopSize {
  readonly customers: number;
  readonly products: number;
  readonly orders: number;
  readonly items: number;
}

/** A shop whose largest table has this many rows: two or three items in an order, four orders of a customer. */
export function shopOfSize(items: number): ShopSize {
  const orders = Math.ceil(items / 2.5);
  return { items, orders, customers: Math.ceil(orders / 4), products: Math.max(50, Math.ceil(items / 100)) };
}

const list = (...words: readonly string[]): string => `'{${words.join(",")}}'::text[]`;
const FIRST_NAMES = list(
  "Ada",
  "Ben",
  "Carla",
  "Deniz",
  "Elif",
  "Farid",
  "Grace",
  "Hugo",
  "Ines",
  "Jonas",
  "Kaya",
  "Lena",
);
const LAST_NAMES = list(
  "Adler",
  "Bauer",
  "Costa",
  "Demir",
  "Evans",
  "Fischer",
  "Garcia",
  "Haas",
  "Ito",
  "Jensen",
  "Keller",
);
const CITIES = list("Berlin", "Lisbon", "Istanbul", "Lyon", "Oslo", "Porto", "Vienna", "Zurich");
const MATERIALS = list("Oak", "Steel", "Linen", "Glass", "Cork", "Wool", "Brass");
const THINGS = list("lamp", "chair", "shelf", "kettle", "bowl", "desk", "blanket", "clock", "vase");

const pick = (words: string): string => `(${words})[1 + floor(random() * cardinality(${words}))::int]`;

/**
 * The same rows every time: the generator is seeded and the dates are fixed. Early products sell best. The items come
 * first, because an order's total is the sum of its items.
 */
export function rowsOf({ customers, products, orders, items }: ShopSize): readonly string[] {
  return [
    "SELECT setseed(0.42)",
    `INSERT INTO customers (email, name, city, created_at)
     SELECT 'customer' || n || '@example.com', ${pick(FIRST_NAMES)} || ' ' || ${pick(LAST_NAMES)}, ${pick(CITIES)},
       timestamptz '2023-01-01 00:00+00' + random() * interval '700 days'
     FROM generate_series(1, ${customers}) AS n`,
    `INSERT INTO products (sku, name, price)
     SELECT 'SKU-' || lpad(n::text, 6, '0'), ${pick(MATERIALS)} || ' ' || ${pick(THINGS)}, round((4 + random() * 196)::numeric, 2)
     FROM generate_series(1, ${products}) AS n`,
    `INSERT INTO order_items (order_id, product_id, quantity, unit_price)
     SELECT i.order_id, p.id, i.quantity, p.price
     FROM (SELECT 1 + (n - 1) % ${orders} AS order_id, 1 + floor(power(random(), 2) * ${products})::bigint AS product_id,
             1 + floor(random() * 3)::int AS quantity
           FROM generate_series(1, ${items}) AS n) AS i
     JOIN products AS p ON p.id = i.product_id`,
    `INSERT INTO orders (id, customer_id, status, total, placed_at)
     SELECT i.order_id, 1 + floor(random() * ${customers})::bigint,
       CASE WHEN i.order_id > 0.95 * ${orders} THEN ${pick(list("placed", "paid", "shipped"))}
            ELSE ${pick(list("delivered", "delivered", "delivered", "delivered", "delivered", "cancelled"))} END,
       i.total, timestamptz '2025-01-01 00:00+00' + i.order_id * interval '365 days' / ${orders}
     FROM (SELECT order_id, sum(quantity * unit_price) AS total FROM order_items GROUP BY order_id ORDER BY order_id) AS i`,
    "SELECT setval(pg_get_serial_sequence('orders', 'id'), max(id)) FROM orders",
    `INSERT INTO payments (order_id, amount, reference, paid_at)
     SELECT id, total, 'PAY-' || lpad(id::text, 8, '0'), placed_at + random() * interval '2 days'
     FROM orders WHERE status IN ('paid', 'shipped', 'delivered') ORDER BY id`,
    `INSERT INTO shipments (order_id, carrier, shipped_at)
     SELECT id, ${pick(list("post", "courier", "freight"))}, placed_at + interval '2 days' + random() * interval '3 days'
     FROM orders WHERE status IN ('shipped', 'delivered') ORDER BY id`,
  ];
}
