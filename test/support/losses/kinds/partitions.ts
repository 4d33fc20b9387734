import { partitionTable, splitPartition } from "../../../../src/migrations/partition-steps.ts";
import type { Dice } from "../dice.ts";
import type { Kind } from "../kind.ts";
import type { Phase } from "../timeline.ts";
import { AMOUNT, NOTE } from "./fills.ts";

/** Goods in places, all of them below 100. */
const PLACED = (rows: number): string => `
CREATE TABLE goods (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, amount int NOT NULL, note text, place int NOT NULL DEFAULT 1);
INSERT INTO goods (id, uid, ver, amount, note, place) SELECT g, 'g' || g, 0, g % 1000, 'n' || g, g % 100 FROM generate_series(1, ${rows}) g;
CREATE INDEX goods_note ON goods (note);`;

/** The same in two partitions. */
const PARTED = (rows: number): string => `
CREATE TABLE goods (id int, uid text NOT NULL, ver int NOT NULL, amount int NOT NULL, note text, place int NOT NULL DEFAULT 1,
  PRIMARY KEY (id, place), UNIQUE (uid, place)) PARTITION BY RANGE (place);
CREATE TABLE goods_low PARTITION OF goods FOR VALUES FROM (MINVALUE) TO (100);
CREATE TABLE goods_high PARTITION OF goods FOR VALUES FROM (100) TO (MAXVALUE);
INSERT INTO goods (id, uid, ver, amount, note, place) SELECT g, 'g' || g, 0, g % 1000, 'n' || g, g % 120 FROM generate_series(1, ${rows}) g;
CREATE INDEX goods_note ON goods (note);`;

const inPlace = (name: string, beyond: readonly Phase[]): Kind => ({
  name,
  given: PLACED,
  migration: {
    steps: [
      partitionTable({
        table: "goods",
        by: "range",
        columns: ["place"],
        existing: { to: 100 },
        partitions: [
          { name: "goods_100", from: 100, to: 150 },
          { name: "goods_150", from: 150 },
        ],
        keys: { goods_pkey: ["id", "place"], goods_uid_key: ["uid", "place"] },
      }),
    ],
  },
  goesBack: true,
  tables: [
    {
      name: "goods",
      columns: [
        AMOUNT,
        NOTE,
        {
          name: "place",
          draw: (dice: Dice, phase: Phase) => String(dice.below(beyond.includes(phase) ? 200 : 100)),
        },
      ],
    },
  ],
  allowed: { "40001": "a row that went to another partition is not followed there" },
  wrong: [
    "SELECT uid FROM goods GROUP BY uid HAVING count(*) > 1",
    "SELECT uid FROM ONLY goods_first WHERE place >= 100",
  ],
});

/** Tables that become partitions of others. */
export const PARTITIONS: readonly Kind[] = [
  inPlace("a table that becomes a partition by range in place", ["contracting", "contracted"]),
  {
    ...inPlace("a table that became a partition by range, and takes rows of others back", ["up"]),
    endsBack: true,
  },
  {
    name: "a partition by range that is split",
    given: PARTED,
    migration: {
      steps: [
        splitPartition({
          table: "goods",
          partition: "goods_low",
          into: [
            { name: "goods_0", to: 30 },
            { name: "goods_30", from: 30, to: 60 },
            { name: "goods_60", from: 60, to: 100 },
          ],
        }),
      ],
    },
    goesBack: true,
    tables: [
      { name: "goods", columns: [AMOUNT, NOTE, { name: "place", draw: (dice: Dice) => String(dice.below(150)) }] },
    ],
    allowed: { "40001": "a row that went to another partition is not followed there" },
    wrong: ["SELECT uid FROM goods GROUP BY uid HAVING count(*) > 1"],
  },
];
