import type { Kind } from "../kind.ts";
import { AMOUNT, GOODS, NOTE } from "./fills.ts";

/** UPDATE and DELETE of many rows. */
export const ROWS: readonly Kind[] = [
  {
    name: "an UPDATE that may be done again",
    given: GOODS,
    migration: "UPDATE goods SET note = 'seen' WHERE note IS NOT NULL",
    goesBack: false,
    tables: [
      {
        name: "goods",
        columns: [AMOUNT, { ...NOTE, swept: (text) => (text === null ? null : "seen") }],
      },
    ],
  },
  {
    name: "an UPDATE that may be done only once",
    given: GOODS,
    migration: "UPDATE goods SET amount = amount + 1000000",
    goesBack: false,
    tables: [
      {
        name: "goods",
        // Rows are told apart by their keys: one that gets another meanwhile is met twice, or never.
        keysStay: true,
        columns: [{ ...AMOUNT, swept: (text) => String(Number(text) + 1_000_000) }, NOTE],
      },
    ],
  },
  {
    name: "a DELETE",
    given: GOODS,
    migration: "DELETE FROM goods WHERE amount < 200",
    goesBack: false,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE], removes: ({ amount }) => Number(amount) < 200 }],
  },
];
