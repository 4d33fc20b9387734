import type { Session } from "../../postgres/session.ts";
import type { ShopSize } from "../shop/rows.ts";
import type { LoadRecord } from "./record.ts";

/** What one client of the shop knows and does. */
export interface Shopper {
  readonly name: string;
  readonly session: Session;
  readonly size: ShopSize;
  random(): number;
  /** Orders it has placed and not yet paid, and paid and not yet shipped. */
  readonly unpaid: string[];
  readonly unshipped: string[];
}

export interface Transaction {
  readonly kind: string;
  /** Its part of all transactions. */
  readonly share: number;
  /** The rows it adds. */
  readonly adds?: keyof LoadRecord["added"];
  isPossible(shopper: Shopper): boolean;
  run(shopper: Shopper): Promise<void>;
}

const always = (): boolean => true;
const idUpTo = (shopper: Shopper, count: number): number => 1 + Math.floor(shopper.random() * count);

/** What the clients do. Columns are named, as in any application that outlives a change of its tables. */
export const TRANSACTIONS: readonly Transaction[] = [
  { kind: "look up an order", share: 0.3, isPossible: always, run: lookUpOrder },
  { kind: "list a customer's orders", share: 0.2, isPossible: always, run: listOrders },
  { kind: "place an order", share: 0.25, adds: "orders", isPossible: always, run: placeOrder },
  { kind: "pay", share: 0.15, adds: "payments", isPossible: ({ unpaid }) => unpaid.length > 0, run: pay },
  { kind: "ship", share: 0.1, adds: "shipments", isPossible: ({ unshipped }) => unshipped.length > 0, run: ship },
];

async function lookUpOrder(shopper: Shopper): Promise<void> {
  await shopper.session.query(
    `SELECT o.status, o.total, p.name, i.quantity FROM orders AS o
     JOIN order_items AS i ON i.order_id = o.id JOIN products AS p ON p.id = i.product_id WHERE o.id = $1`,
    [idUpTo(shopper, shopper.size.orders)],
  );
}

async function listOrders(shopper: Shopper): Promise<void> {
  await shopper.session.query(
    "SELECT id, status, total FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 10",
    [idUpTo(shopper, shopper.size.customers)],
  );
}

async function placeOrder(shopper: Shopper): Promise<void> {
  const { session, size, unpaid } = shopper;
  const customer = idUpTo(shopper, size.customers);
  const products = Array.from({ length: 1 + Math.floor(shopper.random() * 4) }, () => idUpTo(shopper, size.products));
  const id = await inTransaction(session, async () => {
    const [order] = await session.query<{ id: string }>("INSERT INTO orders (customer_id) VALUES ($1) RETURNING id", [
      customer,
    ]);
    const orderId = order?.id ?? "";
    await session.query(
      `INSERT INTO order_items (order_id, product_id, quantity, unit_price)
       SELECT $1, id, 1 + id % 3, price FROM products WHERE id = ANY ($2) ORDER BY id`,
      [orderId, products],
    );
    await session.query(
      "UPDATE orders SET total = (SELECT sum(quantity * unit_price) FROM order_items WHERE order_id = $1) WHERE id = $1",
      [orderId],
    );
    return orderId;
  });
  unpaid.push(id);
}

async function pay({ name, session, unpaid, unshipped }: Shopper): Promise<void> {
  const id = unpaid.shift() ?? "";
  await inTransaction(session, async () => {
    const [order] = await session.query<{ total: string }>(
      "UPDATE orders SET status = 'paid' WHERE id = $1 RETURNING total",
      [id],
    );
    await session.query("INSERT INTO payments (order_id, amount, reference) VALUES ($1, $2, $3)", [
      id,
      order?.total,
      `${name}-${id}`,
    ]);
  });
  unshipped.push(id);
}

async function ship({ session, unshipped }: Shopper): Promise<void> {
  const id = unshipped.shift() ?? "";
  await inTransaction(session, async () => {
    await session.query("UPDATE orders SET status = 'shipped' WHERE id = $1", [id]);
    await session.query("INSERT INTO shipments (order_id) VALUES ($1)", [id]);
  });
}

async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query("BEGIN");
  try {
    const result = await work();
    await session.query("COMMIT");
    return result;
  } catch (error) {
    await session.rollback();
    throw error;
  }
}
