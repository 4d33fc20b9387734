import type { Kind } from "../kind.ts";
import { AMOUNT, GOODS, NOTE } from "./fills.ts";

const again = (name: string, migration: string): Kind => ({
  name,
  given: GOODS,
  migration,
  goesBack: true,
  tables: [{ name: "goods", columns: [AMOUNT, NOTE] }],
});

/** Tables that are written again, and columns that have two names for a while. */
export const REBUILDS: readonly Kind[] = [
  again("a table that is packed", "VACUUM FULL goods"),
  again("a table in another order", "CLUSTER goods USING goods_uid_key"),
  { ...again("a table that is no longer logged", "ALTER TABLE goods SET UNLOGGED"), emptiedByCrash: true },
  {
    ...again("a column of a constrained domain", "ALTER TABLE goods ADD COLUMN rank positive DEFAULT 1"),
    given: (rows) => `${GOODS(rows)} CREATE DOMAIN positive AS int CHECK (VALUE > 0);`,
  },
  {
    ...again("a column that gets another name", "ALTER TABLE goods RENAME COLUMN amount TO quantity"),
    given: (rows) => `${GOODS(rows)} CREATE INDEX goods_amount ON goods (amount);`,
    tables: [{ name: "goods", columns: [{ ...AMOUNT, renamed: "quantity" }, NOTE] }],
  },
];
