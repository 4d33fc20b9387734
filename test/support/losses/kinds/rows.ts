import type { Kind } from "../kind.ts";
import { AMOUNT, GOODS, NOTE } from "./fills.ts";

/** Rows whose keys change go to other partitions, most of them. */
const SPREAD = (rows: number): string => `
CREATE TABLE goods (id int PRIMARY KEY, uid text NOT NULL, ver int NOT NULL, amount int NOT NULL, note text) PARTITION BY HASH (id);
CREATE TABLE goods_0 PARTITION OF goods FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE goods_1 PARTITION OF goods FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE goods_2 PARTITION OF goods FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO goods SELECT g, 'g' || g, 0, g % 1000, 'n' || g FROM generate_series(1, ${rows}) g;
CREATE INDEX ON goods (uid);`;

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
        columns: [{ ...AMOUNT, swept: (text) => String(Number(text) + 1_000_000) }, NOTE],
      },
    ],
  },
  {
    name: "an UPDATE that may be done only once, in partitions",
    given: SPREAD,
    migration: "UPDATE goods SET amount = amount + 1000000",
    goesBack: false,
    allowed: { "40001": "a row that somebody meanwhile moves to another partition cannot be followed there" },
    tables: [{ name: "goods", columns: [{ ...AMOUNT, swept: (text) => String(Number(text) + 1_000_000) }, NOTE] }],
  },
  {
    name: "a function that gives rows their values",
    given: GOODS,
    migration: `export default { steps: [{ backfill: { table: "goods", columns: ["amount", "note"], batch: (rows) =>
      rows.map(({ id, amount }) => ({ id, amount: amount + 1_000_000 })) } }] }`,
    goesBack: false,
    tables: [{ name: "goods", columns: [{ ...AMOUNT, swept: (text) => String(Number(text) + 1_000_000) }, NOTE] }],
  },
  {
    name: "a DELETE",
    given: GOODS,
    migration: "DELETE FROM goods WHERE amount < 200",
    goesBack: false,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE], removes: ({ amount }) => Number(amount) < 200 }],
  },
  {
    name: "rows that go to another table",
    given: (rows) => `${GOODS(rows)}
CREATE TABLE archive (id int, uid text, ver int, amount int, note text, filler text, at timestamptz NOT NULL);
CREATE TABLE losses_gone (uid text, ver int, amount int);
CREATE FUNCTION losses_gone() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO public.losses_gone VALUES (OLD.uid, OLD.ver, OLD.amount); RETURN NULL; END $$;
CREATE TRIGGER gone AFTER DELETE ON goods FOR EACH ROW WHEN (pg_catalog.current_setting('application_name') LIKE 'lockkeeper/%')
  EXECUTE FUNCTION losses_gone();`,
    migration:
      "WITH moved AS (DELETE FROM goods WHERE amount < 200 RETURNING *) INSERT INTO archive SELECT m.*, now() FROM moved AS m",
    goesBack: false,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE], removes: ({ amount }) => Number(amount) < 200 }],
    wrong: [
      "SELECT * FROM losses_gone AS g FULL JOIN archive AS a USING (uid, ver, amount) WHERE g IS NULL OR a IS NULL",
      "SELECT uid FROM archive GROUP BY uid HAVING count(*) > 1",
      "SELECT count(DISTINCT at) FROM archive HAVING count(DISTINCT at) <> 1",
    ],
  },
];
