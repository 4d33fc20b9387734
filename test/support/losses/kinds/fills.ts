import type { Kind, ValueColumn } from "../kind.ts";

/** A table of goods with a text, a number and a flag. */
export const GOODS = (rows: number): string => `
CREATE TABLE goods (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, amount int NOT NULL, note text, filler text DEFAULT repeat('x', 60));
INSERT INTO goods (id, uid, ver, amount, note) SELECT g, 'g' || g, 0, g % 1000, 'n' || g FROM generate_series(1, ${rows}) g;`;

export const AMOUNT: ValueColumn = { name: "amount", draw: (dice) => String(dice.below(1000)) };
export const NOTE: ValueColumn = {
  name: "note",
  draw: (dice) => (dice.chance(0.2) ? null : `n${dice.below(1_000_000)}`),
};

/** Columns that are added, whose values differ from row to row. */
export const FILLS: readonly Kind[] = [
  {
    name: "a column with a volatile default",
    given: GOODS,
    migration: "ALTER TABLE goods ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE], derived: [{ name: "token", unique: true, steady: true }] }],
  },
  {
    name: "a serial column",
    given: GOODS,
    migration: "ALTER TABLE goods ADD COLUMN nr serial UNIQUE",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE], derived: [{ name: "nr", unique: true, steady: true }] }],
    wrong: ["SELECT max(nr), last_value FROM goods, goods_nr_seq GROUP BY last_value HAVING max(nr) > last_value"],
  },
  {
    name: "an identity column",
    given: GOODS,
    migration: "ALTER TABLE goods ADD COLUMN nr bigint GENERATED ALWAYS AS IDENTITY",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE], derived: [{ name: "nr", unique: true, steady: true }] }],
    wrong: ["SELECT max(nr), last_value FROM goods, goods_nr_seq GROUP BY last_value HAVING max(nr) > last_value"],
  },
  {
    name: "a stored generated column",
    given: GOODS,
    migration: "ALTER TABLE goods ADD COLUMN twice int GENERATED ALWAYS AS (amount * 2) STORED",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE] }],
    wrong: ["SELECT uid, amount, twice FROM goods WHERE twice IS DISTINCT FROM amount * 2 LIMIT 3"],
  },
  {
    name: "a required column with using",
    given: GOODS,
    migration: "-- lockkeeper: using need = amount * 2\nALTER TABLE goods ADD COLUMN need int NOT NULL",
    goesBack: true,
    tables: [
      {
        name: "goods",
        columns: [AMOUNT, NOTE],
        derived: [
          {
            name: "need",
            from: { column: "amount", value: (text) => String(Number(text) * 2) },
            draw: (dice) => String(dice.below(50)),
          },
        ],
      },
    ],
  },
  {
    name: "several columns at once",
    given: GOODS,
    migration:
      "ALTER TABLE goods ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid(), ADD COLUMN nr bigserial, ADD UNIQUE (token)",
    goesBack: true,
    tables: [
      {
        name: "goods",
        columns: [AMOUNT, NOTE],
        derived: [
          { name: "token", unique: true, steady: true },
          { name: "nr", unique: true, steady: true },
        ],
      },
    ],
  },
];
