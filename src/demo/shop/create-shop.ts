import type { Session } from "../../postgres/session.ts";
import { rowsOf, type ShopSize } from "./rows.ts";
import { KEYS, TABLES } from "./schema.ts";

export interface TableSize {
  readonly table: string;
  readonly rows: number;
}

/** Fills an empty database with the shop; returns what it holds, largest table first. */
export async function createShop(session: Session, size: ShopSize): Promise<TableSize[]> {
  await session.query(TABLES);
  for (const sql of rowsOf(size)) {
    await session.query(sql);
  }
  await session.query(KEYS);
  // A database at work has statistics and a visibility map; without them autovacuum would join the measurement.
  await session.query("VACUUM (ANALYZE)");
  return await countRows(session);
}

const COUNTED = ["customers", "products", "orders", "order_items", "payments", "shipments"];

export async function countRows(session: Session): Promise<TableSize[]> {
  const counts = COUNTED.map((table) => `SELECT '${table}' AS "table", count(*)::int AS rows FROM ${table}`);
  return await session.query<TableSize>(`${counts.join(" UNION ALL ")} ORDER BY rows DESC, "table"`);
}
