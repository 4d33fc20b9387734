import {
  embedKeys,
  extractKeys,
  mergeColumns,
  type ReshapeStep,
  splitColumn,
} from "../../../../src/migrations/reshape.ts";
import type { Dice } from "../dice.ts";
import type { Kind, ModelledTable, ValueColumn } from "../kind.ts";
import type { Shape, Side } from "../shape.ts";
import { NOTE } from "./fills.ts";

const word = (dice: Dice, first: string): string => `${first}${dice.below(1_000_000)}`;

const FIRST: ValueColumn = { name: "first", draw: (dice) => word(dice, "N") };
const LAST: ValueColumn = { name: "last", draw: (dice) => word(dice, "R") };
const NUMBER: ValueColumn = { name: "n", draw: (dice) => (dice.chance(0.2) ? null : String(dice.below(1_000_000))) };
const REST: ValueColumn = { name: "rest", draw: (dice) => String(dice.below(1_000_000)) };

const PERSONS = (columns: string, values: string) => (rows: number) =>
  `
CREATE TABLE goods (id int PRIMARY KEY, uid text NOT NULL UNIQUE, ver int NOT NULL, note text, ${columns});
INSERT INTO goods SELECT g, 'g' || g, 0, 'n' || g, ${values} FROM generate_series(1, ${rows}) g;`;

const ONE_NAME: Shape = {
  read: { first: "split_part(t.name, ' ', 1)", last: "split_part(t.name, ' ', 2)" },
  write: {
    name: { of: ["first", "last"], sql: ({ first, last }) => `(${first})::text || ' ' || (${last})::text` },
  },
};

const TWO_NAMES: Shape = {
  read: { first: `t."First name"`, last: "t.last_name" },
  write: {
    '"First name"': { of: ["first"], sql: ({ first = "" }) => first },
    last_name: { of: ["last"], sql: ({ last = "" }) => last },
  },
};

/** @param keeps false: clients know nothing of the key, and write whole documents without it */
const inColumn = (keeps: boolean): Shape => ({
  read: { n: "t.n", rest: "(t.doc ->> 'rest')" },
  write: {
    n: { of: ["n"], sql: ({ n }) => `(${n})::int` },
    doc: {
      of: ["rest"],
      sql: ({ rest }, isThere) => `${keeps && isThere ? "t.doc || " : ""}jsonb_build_object('rest', (${rest})::int)`,
    },
  },
});

const IN_DOCUMENT: Shape = {
  read: { n: "(t.doc ->> 'n')", rest: "(t.doc ->> 'rest')" },
  write: {
    doc: {
      of: ["n", "rest"],
      sql: ({ n, rest }) => `jsonb_build_object('rest', (${rest})::int, 'n', (${n})::int)`,
    },
  },
};

function reshape(
  name: string,
  step: ReshapeStep,
  given: Kind["given"],
  columns: readonly [ValueColumn, ValueColumn],
  shapes: Readonly<Record<Side, Shape>>,
): Kind {
  const table: ModelledTable = { name: "goods", columns: [...columns, NOTE], shapes };
  return { name, given, migration: { steps: [step] }, goesBack: true, tables: [table] };
}

const NAMES = `COALESCE("First name", '') || ' ' || COALESCE(last_name, '')`;
const PARTS = { first: "split_part(name, ' ', 1)", last: "split_part(name, ' ', 2)" };

/** Columns whose values live in other columns behind the change. */
export const RESHAPES: readonly Kind[] = [
  reshape(
    "a column that is split",
    splitColumn({
      table: "goods",
      column: "name",
      into: {
        "First name": { type: "text", value: PARTS.first, notNull: true },
        last_name: { type: "varchar(50)", value: PARTS.last, notNull: true },
      },
      back: NAMES,
    }),
    PERSONS("name varchar(60) NOT NULL", "'N' || g || ' R' || g"),
    [FIRST, LAST],
    { old: ONE_NAME, new: TWO_NAMES },
  ),
  reshape(
    "columns that are merged",
    mergeColumns({
      table: "goods",
      into: { name: { type: "varchar(60)", value: NAMES, notNull: true } },
      back: { "First name": PARTS.first, last_name: PARTS.last },
    }),
    PERSONS(`"First name" text NOT NULL, last_name varchar(50) NOT NULL`, "'N' || g, 'R' || g"),
    [FIRST, LAST],
    { old: TWO_NAMES, new: ONE_NAME },
  ),
  reshape(
    "a key of a document that gets a column",
    extractKeys({ table: "goods", document: "doc", into: { n: { type: "int" } } }),
    PERSONS("doc jsonb NOT NULL", "jsonb_build_object('rest', g, 'n', g)"),
    [NUMBER, REST],
    { old: IN_DOCUMENT, new: inColumn(true) },
  ),
  reshape(
    "a column that becomes a key of a document",
    embedKeys({ table: "goods", document: "doc", from: { n: { type: "int" } } }),
    PERSONS("n int, doc jsonb", "g, jsonb_build_object('rest', g)"),
    [NUMBER, REST],
    { old: inColumn(false), new: IN_DOCUMENT },
  ),
];
