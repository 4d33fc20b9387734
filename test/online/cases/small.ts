import type { OnlineCase } from "../online-case.ts";
import { SHOP } from "./shop.ts";

const NEW = "CREATE TABLE item (id int, note varchar(10)); INSERT INTO item SELECT g, g FROM generate_series(1, 50) g;";

const onSmall = (migration: string): OnlineCase => ({
  name: `on a small table: ${migration}`,
  given: SHOP,
  migration,
  briefSeconds: 10,
  runs: [migration],
  worksUnderLock: "for a moment",
});

const onNew = (migration: string): OnlineCase => ({
  name: `on a table of the same run: ${migration}`,
  given: SHOP,
  migration: `${NEW} ${migration}`,
  runs: ["CREATE TABLE item", "INSERT INTO item", migration],
});

/** What would be taken apart or refused on tables that others have rows in. */
export const SMALL_CASES: readonly OnlineCase[] = [
  ...[
    "CREATE INDEX ON orders (at)",
    "ALTER TABLE orders ALTER total SET NOT NULL",
    "ALTER TABLE orders ADD CHECK (total > 0)",
    "ALTER TABLE orders ADD UNIQUE (note)",
    "ALTER TABLE orders ADD COLUMN nr bigserial",
    "ALTER TABLE orders ADD COLUMN twice numeric GENERATED ALWAYS AS (total * 2) STORED",
    `ALTER TABLE customer ALTER "Größe" TYPE bigint`,
    "ALTER TABLE orders SET UNLOGGED",
    "CLUSTER orders USING orders_pkey",
  ].map(onSmall),
  ...[
    "CREATE INDEX ON item (note)",
    "ALTER TABLE item ALTER id SET NOT NULL, ADD PRIMARY KEY (id)",
    "ALTER TABLE item ALTER id TYPE bigint",
    "ALTER TABLE item ADD COLUMN nr bigserial",
    "UPDATE item SET note = 'x'",
    "ALTER TABLE item ADD FOREIGN KEY (id) REFERENCES customer",
  ].map(onNew),
  {
    name: "rows of a small table are changed",
    given: SHOP,
    migration: "UPDATE orders SET total = 0; DELETE FROM orders WHERE note = 'x'",
    briefSeconds: 0.05,
    runs: ["UPDATE orders SET total = 0", "DELETE FROM orders"],
  },
  {
    name: "rows that an index leads to are changed",
    given: SHOP,
    migration:
      "UPDATE orders SET total = 0 WHERE id = 5 AND total > 2; DELETE FROM orders WHERE id IN (1, 2); UPDATE customer SET email = 'x' WHERE id BETWEEN 1 AND 3",
    runs: ["UPDATE orders SET total = 0", "DELETE FROM orders", "UPDATE customer"],
  },
  {
    name: "an empty table is changed in every way",
    given: "CREATE TABLE t (a int, b text); CREATE TABLE o (id int PRIMARY KEY);",
    migration:
      "ALTER TABLE t ALTER a TYPE bigint, ADD COLUMN c bigserial, ADD PRIMARY KEY (a), ADD FOREIGN KEY (a) REFERENCES o; CREATE INDEX ON t (b); UPDATE t SET b = 'x'",
    runs: ["ALTER TABLE t", "CREATE INDEX ON t", "UPDATE t"],
    briefSeconds: 0.05,
    worksUnderLock: "there are no rows",
  },
];
