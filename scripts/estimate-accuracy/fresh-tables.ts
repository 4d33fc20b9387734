import { type Dice, dice } from "../../test/support/diff/random/dice.ts";

/** What has happened to a table before the plan comes to it. */
const PASTS = ["packed", "fresh", "updated", "deleted and vacuumed", "deleted", "wide"] as const;

/** A table that the model has never met: its columns, their order, widths, nulls, indexes, size and past are drawn. */
export interface FreshTable {
  /** Of the database that it is in. */
  readonly database: string;
  readonly past: (typeof PASTS)[number];
  readonly rows: number;
  /** Statements, each for itself. */
  readonly setup: readonly string[];
  /** Highest number in `ref`. */
  readonly parents: number;
  /** A date so that about so much of the rows, 0 to 1, is older. */
  readonly olderThan: (share: number) => string;
}

interface Drawn {
  readonly name: string;
  readonly type: string;
  /** Of `i`, the number of the row. */
  readonly value: string;
  readonly notNull?: true;
}

/** A number from 0 to below the limit that is in no order. */
const scattered = (limit: number, salt = 0): string => `abs(hashint4(i + ${salt})::bigint) % ${limit}`;

const FILLERS: readonly ((at: number, die: Dice) => Omit<Drawn, "name">)[] = [
  (at, die) => ({ type: "int", value: `(${scattered(die.pick([10, 1_000, 1_000_000]), at)})::int` }),
  (at) => ({ type: "bigint", value: `i::bigint * 7919 + ${at}` }),
  () => ({ type: "smallint", value: "(i % 100)::smallint" }),
  (_, die) => ({ type: "text", value: `repeat('word ', ${die.pick([1, 3, 8])} + i % ${die.pick([2, 9])})` }),
  (at) => ({ type: "varchar(40)", value: `'name ' || ${scattered(100_000, at)}` }),
  (at) => ({ type: "numeric(14,3)", value: `(${scattered(10_000_000, at)}) / 1000.0` }),
  (at) => ({
    type: "timestamptz",
    value: `'2024-01-01'::timestamptz + (${scattered(50_000_000, at)}) * interval '1 s'`,
  }),
  () => ({ type: "boolean", value: "i % 3 = 0" }),
  (at) => ({ type: "double precision", value: `(${scattered(1_000_000, at)}) / 7.0` }),
  (at) => ({ type: "uuid", value: `md5((i + ${at})::text)::uuid` }),
  (_, die) => ({
    type: "jsonb",
    value: `jsonb_build_object('n', i, 'kind', i % 7, 'text', repeat('ab', ${die.pick([5, 20, 60])}))`,
  }),
];

const NULLS = [
  (value: string) => value,
  (value: string) => value,
  (value: string) => `CASE WHEN i % 10 > 0 THEN ${value} END`,
  (value: string) => `CASE WHEN i % 2 > 0 THEN ${value} END`,
  () => "NULL",
] as const;

const CODES = ["md5(i::text)", "'c' || i", "md5(i::text)::uuid::text", "'order-' || lpad(i::text, 9, '0')"] as const;
const AMOUNTS = ["numeric(12,2)", "int", "double precision"] as const;
const MORE_INDEXES = [
  "CREATE INDEX ON things (label, due)",
  "CREATE INDEX ON things (code)",
  "CREATE INDEX ON things (amount) WHERE label IS NOT NULL",
  "CREATE INDEX ON things (ref) INCLUDE (amount) WITH (fillfactor = 80)",
  "CREATE INDEX ON things (lower(label))",
] as const;

/** One table for each past, each in a database of its own. The same seed draws the same tables. */
export function freshTables(seed: number, scale: number): readonly FreshTable[] {
  return PASTS.map((past, at) => draw(past, dice(seed * 31 + at), `fresh_${at + 1}`, scale));
}

function draw(past: FreshTable["past"], die: Dice, database: string, scale: number): FreshTable {
  const rows = Math.round(scale * (past === "wide" ? 15_000 : 80_000) * 4 ** (die.below(1_000) / 1_000));
  const parents = die.pick([50, 2_000, Math.round(rows / 10)]);
  const seconds = die.pick([20, 300]);
  const isInOrder = die.chance(0.7);
  const step = isInOrder ? "i" : scattered(rows);
  const fillers = Array.from({ length: 1 + die.below(5) }, (_, at): Drawn => {
    const { type, value } = die.pick(FILLERS)(at, die);
    return { name: `extra_${at + 1}`, type, value: die.pick(NULLS)(value) };
  });
  const columns: readonly Drawn[] = shuffled(
    [
      { name: "id", type: die.pick(["int", "bigint"]), value: "i", notNull: true },
      { name: "ref", type: "int", value: `1 + (${scattered(parents, 7)})::int`, notNull: true },
      { name: "code", type: "text", value: die.pick(CODES), notNull: true },
      {
        name: "label",
        type: "text",
        value: `CASE WHEN i % 8 > 0 THEN 'label ' || ${scattered(die.pick([3, 400, 20_000]), 3)} END`,
      },
      { name: "amount", type: die.pick(AMOUNTS), value: `(${scattered(1_000_000, 5)}) / 4` },
      {
        name: "due",
        type: "timestamptz",
        value: `'2020-01-01'::timestamptz + (${step}) * interval '${seconds} s'`,
        notNull: true,
      },
      ...fillers,
      ...(past === "wide"
        ? [
            {
              name: "body",
              type: "text",
              value: `(SELECT string_agg(md5((i * g)::text), '') FROM generate_series(1, ${die.pick([80, 160])}) AS g)`,
            },
          ]
        : []),
    ],
    die,
  );
  const lost = 20 + die.below(50);
  const lostRows = die.chance(0.5) ? `id % 100 < ${lost}` : `id <= ${Math.round((rows * lost) / 100)}`;
  const fillfactor = die.pick([100, 100, 80]);
  const setup = [
    "CREATE TABLE parents (id int PRIMARY KEY, name text)",
    `INSERT INTO parents SELECT i, 'parent ' || i FROM generate_series(1, ${parents}) AS i`,
    `CREATE TABLE things (${columns.map(({ name, type, notNull }) => `${name} ${type}${notNull === true ? " NOT NULL" : ""}`).join(", ")}) WITH (fillfactor = ${fillfactor})`,
    ...(past === "wide" ? ["ALTER TABLE things ALTER COLUMN body SET STORAGE EXTERNAL"] : []),
    `INSERT INTO things SELECT ${columns.map(({ value }) => value).join(", ")} FROM generate_series(1, ${rows}) AS i`,
    "ALTER TABLE things ADD PRIMARY KEY (id)",
    "CREATE INDEX things_ref ON things (ref)",
    "CREATE INDEX things_due ON things (due)",
    ...MORE_INDEXES.filter(() => die.chance(0.3)),
    "CREATE TABLE copies (LIKE things INCLUDING ALL)",
    "ANALYZE",
    ...pastOf(past, lostRows),
  ];
  return {
    ...{ database, past, rows, setup, parents },
    olderThan: (share) => `'2020-01-01'::timestamptz + interval '${Math.round(share * rows * seconds)} s'`,
  };
}

function pastOf(past: FreshTable["past"], lostRows: string): readonly string[] {
  switch (past) {
    case "packed":
    case "wide":
      return ["VACUUM (FREEZE, ANALYZE)"];
    case "fresh":
      return [];
    case "updated":
      return ["UPDATE things SET extra_1 = extra_1 WHERE id % 2 = 0", "ANALYZE"];
    case "deleted and vacuumed":
      return [`DELETE FROM things WHERE ${lostRows}`, "VACUUM (ANALYZE)"];
    case "deleted":
      return [`DELETE FROM things WHERE ${lostRows}`, "ANALYZE"];
  }
}

function shuffled<T>(all: readonly T[], die: Dice): readonly T[] {
  const left = [...all];
  return all.flatMap(() => left.splice(die.below(left.length), 1));
}
