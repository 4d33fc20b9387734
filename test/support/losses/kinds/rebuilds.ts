import { changePrimaryKey } from "../../../../src/migrations/change-primary-key.ts";
import { partitionTable } from "../../../../src/migrations/partition-steps.ts";
import type { Kind } from "../kind.ts";
import { AMOUNT, GOODS, NOTE } from "./fills.ts";
import { CHILD, FAMILY, ORPHANED, PARENT } from "./types.ts";

const again = (name: string, migration: string): Kind => ({
  name,
  given: GOODS,
  migration,
  goesBack: true,
  tables: [{ name: "goods", columns: [AMOUNT, NOTE] }],
});

/** Goods of several places, between which they go. */
const PLACED = (rows: number): string => `
CREATE TABLE goods (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, amount int NOT NULL, note text, place text NOT NULL DEFAULT 'a');
INSERT INTO goods (id, uid, ver, amount, note, place) SELECT g, 'g' || g, 0, g % 1000, 'n' || g, chr(97 + g % 4) FROM generate_series(1, ${rows}) g;`;

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
    name: "a table that gets partitions by hash",
    given: GOODS,
    migration: {
      steps: [
        partitionTable({
          table: "goods",
          by: "hash",
          columns: ["uid"],
          partitions: 3,
          keys: { goods_pkey: ["uid", "id"] },
        }),
      ],
    },
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE] }],
  },
  {
    name: "a table that gets partitions by list",
    given: PLACED,
    migration: {
      steps: [
        partitionTable({
          table: "goods",
          by: "list",
          columns: ["place"],
          partitions: [
            { name: "goods_a", values: ["a"] },
            { name: "goods_b", values: ["b", "c"] },
            { name: "goods_rest", default: true },
          ],
          keys: { goods_pkey: ["id", "place"], goods_uid_key: ["uid", "place"] },
        }),
      ],
    },
    goesBack: true,
    tables: [
      {
        name: "goods",
        columns: [AMOUNT, NOTE, { name: "place", draw: (dice) => dice.pick(["a", "b", "c", "d"]) }],
      },
    ],
    allowed: { "40001": "a row that went to another partition is not followed there" },
    wrong: ["SELECT uid FROM goods GROUP BY uid HAVING count(*) > 1"],
  },
  {
    name: "a primary key with other columns, and a table that refers to the old one",
    given: FAMILY,
    migration: { steps: [changePrimaryKey({ table: "parent", columns: ["ver", "id"] })] },
    goesBack: true,
    tables: [PARENT, CHILD],
    allowed: ORPHANED,
    wrong: [
      "SELECT c.uid FROM child AS c LEFT JOIN parent AS p ON p.id = c.parent_id WHERE c.parent_id IS NOT NULL AND p.id IS NULL",
    ],
  },
  {
    ...again("a column that gets another name", "ALTER TABLE goods RENAME COLUMN amount TO quantity"),
    given: (rows) => `${GOODS(rows)} CREATE INDEX goods_amount ON goods (amount);`,
    tables: [{ name: "goods", columns: [{ ...AMOUNT, renamed: "quantity" }, NOTE] }],
  },
];
