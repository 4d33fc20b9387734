import type { Kind, ValueColumn } from "../kind.ts";
import { AMOUNT, GOODS, NOTE } from "./fills.ts";
import { CHILD, ORPHANED, PARENT } from "./types.ts";

const CODE: ValueColumn = { name: "code", draw: (dice) => `c${dice.below(2 ** 31)}-${dice.below(2 ** 31)}` };

const CODED = (rows: number): string => `
CREATE TABLE goods (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, code text, note text);
INSERT INTO goods SELECT g, 'g' || g, 0, 'c' || g, 'n' || g FROM generate_series(1, ${rows}) g;`;

/** Constraints that are proved while clients write, and names that change. */
export const CONSTRAINTS: readonly Kind[] = [
  {
    name: "SET NOT NULL",
    given: CODED,
    migration: "ALTER TABLE goods ALTER code SET NOT NULL",
    goesBack: true,
    tables: [{ name: "goods", columns: [CODE, NOTE] }],
  },
  {
    name: "SET NOT NULL with using",
    given: CODED,
    migration: "-- lockkeeper: using goods.note = 'none'\nALTER TABLE goods ALTER note SET NOT NULL",
    goesBack: false,
    tables: [{ name: "goods", columns: [CODE, { ...NOTE, draw: (dice) => `n${dice.below(1000)}` }] }],
  },
  {
    name: "a UNIQUE constraint",
    given: CODED,
    migration: "ALTER TABLE goods ADD CONSTRAINT goods_code UNIQUE (code)",
    goesBack: true,
    tables: [{ name: "goods", columns: [CODE, NOTE] }],
  },
  {
    name: "a CHECK and an index",
    given: GOODS,
    migration: "ALTER TABLE goods ADD CHECK (amount >= 0);\nCREATE INDEX goods_note ON goods (note)",
    goesBack: true,
    tables: [{ name: "goods", columns: [AMOUNT, NOTE] }],
  },
  {
    name: "a foreign key",
    given: (rows) => `
CREATE TABLE parent (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, note text);
CREATE TABLE child (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, parent_id int REFERENCES parent ON UPDATE CASCADE ON DELETE CASCADE, note text);
INSERT INTO parent SELECT g, 'p' || g, 0, 'n' || g FROM generate_series(1, ${Math.ceil(rows / 2)}) g;
INSERT INTO child SELECT g, 'c' || g, 0, 1 + g % ${Math.ceil(rows / 2)}, 'n' || g FROM generate_series(1, ${rows}) g;
CREATE INDEX child_parent ON child (parent_id);`,
    // A second one beside the first, without which clients would write orphans.
    migration:
      "ALTER TABLE child ADD CONSTRAINT again FOREIGN KEY (parent_id) REFERENCES parent ON UPDATE CASCADE ON DELETE CASCADE",
    goesBack: true,
    tables: [PARENT, CHILD],
    allowed: ORPHANED,
  },
  {
    name: "a table that gets another name",
    given: GOODS,
    migration: "ALTER TABLE goods RENAME TO wares",
    goesBack: true,
    tables: [{ name: "goods", renamed: "wares", columns: [AMOUNT, NOTE] }],
  },
  {
    name: "a table that gets another name and a serial column",
    given: GOODS,
    migration: "ALTER TABLE goods RENAME TO wares;\nALTER TABLE wares ADD COLUMN nr serial",
    goesBack: true,
    tables: [{ name: "goods", renamed: "wares", columns: [AMOUNT, NOTE] }],
    wrong: ["SELECT nr FROM wares GROUP BY nr HAVING nr IS NULL OR count(*) > 1 LIMIT 3"],
  },
];
