import { bigint, pgEnum, pgTable, text, timestamp } from "drizzle-orm/pg-core";

export const orderState = pgEnum("order_state", ["new", "paid", "sent"]);

export const customers = pgTable("customers", {
  id: bigint({ mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull(),
});

export const orders = pgTable("orders", {
  id: bigint({ mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
  customerId: bigint("customer_id", { mode: "bigint" }).notNull(),
  state: orderState().notNull().default("new"),
  placedAt: timestamp("placed_at", { withTimezone: true }).notNull().defaultNow(),
});
