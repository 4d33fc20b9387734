import type { Kind } from "../kind.ts";
import { AMOUNT, GOODS, NOTE } from "./fills.ts";

/** Numbers as PostgreSQL prints them once they are numbers: the zeros in front are gone. */
const asNumber = (text: string): string => text.replace(/^0+(?=\d)/, "");

export const FAMILY = (rows: number, refer = "ON UPDATE CASCADE ON DELETE CASCADE"): string => `
CREATE TABLE parent (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, note text);
CREATE TABLE child (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, parent_id int REFERENCES parent ${refer}, note text);
INSERT INTO parent SELECT g, 'p' || g, 0, 'n' || g FROM generate_series(1, ${Math.ceil(rows / 2)}) g;
INSERT INTO child SELECT g, 'c' || g, 0, 1 + g % ${Math.ceil(rows / 2)}, 'n' || g FROM generate_series(1, ${rows}) g;
CREATE INDEX child_parent ON child (parent_id);`;

export const PARENT = { name: "parent", columns: [NOTE] } as const;
export const CHILD = { name: "child", columns: [{ name: "parent_id", refers: "parent" }, NOTE] } as const;
export const ORPHANED = { 23503: "the row that is referred to was removed, or got another key, by another client" };

/** ALTER COLUMN TYPE, by which every value is written again. */
export const TYPES: readonly Kind[] = [
  {
    name: "an integer that becomes a bigint",
    given: GOODS,
    migration: "ALTER TABLE goods ALTER COLUMN amount TYPE bigint",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE] }],
  },
  {
    name: "an integer that becomes a text, with an index and a default",
    given: (rows) =>
      `${GOODS(rows)} CREATE INDEX goods_amount ON goods (amount); ALTER TABLE goods ALTER amount SET DEFAULT 7;`,
    migration: "ALTER TABLE goods ALTER COLUMN amount TYPE text",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE] }],
  },
  {
    name: "a text that becomes a numeric by using",
    given: (rows) => `
CREATE TABLE goods (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, price text, note text);
INSERT INTO goods SELECT g, 'g' || g, 0, lpad((g % 1000)::text, 5, '0') || '.50', 'n' || g FROM generate_series(1, ${rows}) g;`,
    migration: "ALTER TABLE goods ALTER COLUMN price TYPE numeric USING price::numeric",
    goesBack: true,
    tables: [
      {
        name: "goods",
        columns: [
          {
            name: "price",
            draw: (dice) =>
              dice.chance(0.1) ? null : `${"0".repeat(dice.below(3))}${dice.below(500)}.${10 + dice.below(90)}`,
            // As a text it keeps its zeros, unless it was a number once.
            shown: (text, as, now) => (as === "text" && now === "text" ? text : asNumber(text)),
          },
          NOTE,
        ],
      },
    ],
  },
  {
    name: "a text that becomes an integer, with a way back that the author gives",
    given: (rows) => `
CREATE TABLE goods (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, code text, note text);
INSERT INTO goods SELECT g, 'g' || g, 0, (g % 1000)::text, 'n' || g FROM generate_series(1, ${rows}) g;`,
    migration:
      "-- lockkeeper: back code = (code - 1)::text\nALTER TABLE goods ALTER COLUMN code TYPE int USING code::int + 1",
    goesBack: true,
    tables: [
      {
        name: "goods",
        columns: [
          {
            name: "code",
            draw: (dice) => (dice.chance(0.1) ? null : String(dice.below(500))),
            // A number is one more than the text that it was.
            shown: (text, as, now) => (as === now ? text : String(Number(text) + (now === "integer" ? 1 : -1))),
          },
          NOTE,
        ],
      },
    ],
  },
  {
    name: "two columns of one table",
    given: GOODS,
    migration: "ALTER TABLE goods ALTER amount TYPE bigint, ALTER note TYPE varchar(40)",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE] }],
  },
  {
    name: "the key of a table",
    given: GOODS,
    migration: "ALTER TABLE goods ALTER COLUMN id TYPE bigint",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE], keyGrows: true }],
  },
  {
    name: "a key with the table that refers to it",
    given: FAMILY,
    migration: "ALTER TABLE parent ALTER COLUMN id TYPE bigint;\nALTER TABLE child ALTER COLUMN parent_id TYPE bigint",
    goesBack: true,
    tables: [{ ...PARENT, keyGrows: true }, CHILD],
    allowed: ORPHANED,
  },
];

/** The same on tables that are made of others, or have others hang on them. */
export const TYPES_WITH_DEPENDENTS: readonly Kind[] = [
  {
    name: "an enum that becomes a text, under a view and a check",
    given: (rows) => `
CREATE TYPE state AS ENUM ('new', 'paid', 'sent');
CREATE TABLE goods (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, state state NOT NULL DEFAULT 'new', amount int CHECK (amount >= 0), note text);
INSERT INTO goods SELECT g, 'g' || g, 0, (enum_range(NULL::state))[1 + g % 3], g % 1000, 'n' || g FROM generate_series(1, ${rows}) g;
CREATE INDEX open_goods ON goods (state, amount) WHERE amount > 10;
CREATE VIEW totals AS SELECT state, sum(amount) AS total FROM goods GROUP BY state;`,
    migration: "ALTER TABLE goods ALTER state TYPE text, ALTER amount TYPE bigint",
    goesBack: true,
    tables: [
      { name: "goods", columns: [{ name: "state", draw: (dice) => dice.pick(["new", "paid", "sent"]) }, AMOUNT, NOTE] },
    ],
  },
  {
    name: "a column of a partitioned table",
    given: (rows) => `
CREATE TABLE goods (id int NOT NULL, uid text NOT NULL, ver int NOT NULL, amount int NOT NULL, note text) PARTITION BY HASH (uid);
CREATE TABLE goods_0 PARTITION OF goods FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE goods_1 PARTITION OF goods FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE goods_2 PARTITION OF goods FOR VALUES WITH (MODULUS 3, REMAINDER 2);
ALTER TABLE goods ADD PRIMARY KEY (uid);
INSERT INTO goods SELECT g, 'g' || g, 0, g % 1000, 'n' || g FROM generate_series(1, ${rows}) g;`,
    migration: "ALTER TABLE goods ALTER amount TYPE numeric(12, 0), ADD COLUMN token uuid DEFAULT gen_random_uuid()",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE], derived: [{ name: "token", unique: true, steady: true }] }],
  },
];
