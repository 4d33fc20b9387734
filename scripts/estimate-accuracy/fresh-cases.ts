import { type Dice, dice } from "../../test/support/diff/random/dice.ts";
import type { AccuracyCase } from "./cases.ts";
import type { FreshTable } from "./fresh-tables.ts";

const direct = (sql: string): string => `-- lockkeeper: mode direct\n${sql}`;
const module = (steps: string): string => `export default { steps: [${steps}] };\n`;

interface Kind {
  readonly name: string;
  readonly sql: (table: FreshTable, die: Dice) => string;
  readonly isModule?: true;
}

const kind = (name: string, sql: string | Kind["sql"]): Kind => ({
  name,
  sql: typeof sql === "string" ? () => sql : sql,
});

/** A share of the rows that lie anywhere in the table. */
const someRefs = ({ parents }: FreshTable, die: Dice): string =>
  `ref <= ${Math.ceil(parents * die.pick([0.05, 0.2, 0.5]))}`;

/** Plans of all kinds, none of which is one of those that the model's constants were taken from. */
const KINDS: readonly Kind[] = [
  kind("SET NOT NULL", "ALTER TABLE things ALTER COLUMN amount SET NOT NULL;"),
  kind("CHECK of two columns", "ALTER TABLE things ADD CHECK (amount >= 0 AND ref > 0);"),
  kind("foreign key", "ALTER TABLE things ADD FOREIGN KEY (ref) REFERENCES parents;"),
  kind("unique key", "ALTER TABLE things ADD CONSTRAINT things_code_once UNIQUE (code);"),
  kind("unique index of two columns", "CREATE UNIQUE INDEX ON things (due DESC, id);"),
  kind("index on a column with nulls", "CREATE INDEX ON things (label);"),
  kind("index of an expression", "CREATE INDEX ON things (upper(code));"),
  kind("covering index, as written", direct("CREATE INDEX ON things (ref) INCLUDE (amount);")),
  kind("partial index", "CREATE INDEX ON things (ref) WHERE label IS NULL;"),
  kind("BRIN", "CREATE INDEX ON things USING brin (due);"),
  kind("hash index", "CREATE INDEX ON things USING hash (code);"),
  kind("int to bigint", "ALTER TABLE things ALTER COLUMN ref TYPE bigint;"),
  kind("int to numeric, as written", direct("ALTER TABLE things ALTER COLUMN ref TYPE numeric;")),
  kind("number to text by USING", "ALTER TABLE things ALTER COLUMN amount TYPE text USING amount::text;"),
  kind("text to varchar, as written", direct("ALTER TABLE things ALTER COLUMN code TYPE varchar(80);")),
  kind("column with a volatile default", "ALTER TABLE things ADD COLUMN seen timestamptz DEFAULT clock_timestamp();"),
  kind(
    "column with a volatile default, as written",
    direct("ALTER TABLE things ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();"),
  ),
  kind("stored generated column", "ALTER TABLE things ADD COLUMN loud text GENERATED ALWAYS AS (upper(code)) STORED;"),
  kind("column with a constant default", "ALTER TABLE things ADD COLUMN flag text NOT NULL DEFAULT 'none';"),
  kind("drop column", "ALTER TABLE things DROP COLUMN extra_1;"),
  kind("drop index, as written", direct("DROP INDEX things_ref;")),
  kind("REINDEX of one", "REINDEX INDEX things_due;"),
  kind("VACUUM FULL beside the table", "VACUUM FULL things;"),
  kind("VACUUM FULL as written", direct("VACUUM FULL things;")),
  kind("CLUSTER, as written", direct("CLUSTER things USING things_ref;")),
  kind("UPDATE of all", "UPDATE things SET amount = amount + 1;"),
  kind("UPDATE of rows anywhere", (table, die) => `UPDATE things SET label = 'none' WHERE ${someRefs(table, die)};`),
  kind(
    "UPDATE of old rows",
    (table, die) => `UPDATE things SET label = 'old' WHERE due < ${table.olderThan(die.pick([0.1, 0.4]))};`,
  ),
  kind(
    "UPDATE of an indexed column",
    (table, die) => `UPDATE things SET due = due + interval '1 day' WHERE ${someRefs(table, die)};`,
  ),
  kind("UPDATE, as written", (table, die) => direct(`UPDATE things SET label = 'none' WHERE ${someRefs(table, die)};`)),
  kind("DELETE of rows anywhere", (table, die) => `DELETE FROM things WHERE ${someRefs(table, die)};`),
  kind(
    "DELETE of old rows",
    (table, die) => `DELETE FROM things WHERE due < ${table.olderThan(die.pick([0.2, 0.6]))};`,
  ),
  kind("INSERT of all into a table", "INSERT INTO copies SELECT * FROM things;"),
  kind("TRUNCATE, as written", direct("TRUNCATE things;")),
  kind("SET UNLOGGED, as written", direct("ALTER TABLE things SET UNLOGGED;")),
  kind(
    "another primary key, as written",
    direct("ALTER TABLE things DROP CONSTRAINT things_pkey, ADD PRIMARY KEY (due, id);"),
  ),
  kind(
    "column, values, NOT NULL and index",
    "ALTER TABLE things ADD COLUMN year int;\nUPDATE things SET year = date_part('year', due)::int;\nALTER TABLE things ALTER COLUMN year SET NOT NULL;\nCREATE INDEX ON things (year, ref);",
  ),
  {
    name: "partitions by range",
    isModule: true,
    sql: () =>
      module(
        `{ partitionTable: { table: "things", by: "range", columns: ["due"], existing: { name: "things_past", to: "2060-01-01" },
        partitions: [{ name: "things_2060", from: "2060-01-01", to: "2061-01-01" }], keys: { things_pkey: ["id", "due"] } } }`,
      ),
  },
  {
    name: "partitions by hash",
    isModule: true,
    sql: () => module(`{ partitionTable: { table: "things", by: "hash", columns: ["id"], partitions: 3 } }`),
  },
];

/** Every kind once, on one of the tables, which the seed draws. */
export function freshCases(tables: readonly FreshTable[], seed: number): readonly AccuracyCase[] {
  const die = dice(seed);
  const first = die.below(tables.length);
  return KINDS.flatMap(({ name, sql, isModule }, at) => {
    // So that neighbours in the list, which are alike, have tables that are not.
    const table = tables[(first + at) % tables.length];
    if (table === undefined) return [];
    return [
      {
        name,
        sql: sql(table, die),
        template: table.database,
        rows: table.rows,
        on: table.past,
        ...(isModule === true ? { isModule } : {}),
      },
    ];
  });
}
