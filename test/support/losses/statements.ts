import type { Dice } from "./dice.ts";
import type { ModelledColumn, ModelledTable } from "./kind.ts";
import type { Reading, Write, Written } from "./model.ts";
import { assignments, readAs, type Side } from "./shape.ts";
import { isChanged, type Phase } from "./timeline.ts";

/** One statement of a client, and what it means for the model. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly (string | null)[];
  /** From its answer; nothing where no row was there. */
  readonly writes: (rows: readonly Row[]) => readonly Write[];
  readonly readings: (rows: readonly Row[]) => readonly Reading[];
}

type Row = Readonly<Record<string, string | null>>;

/** What a client knows when it makes up a statement. */
export interface Surroundings {
  readonly dice: Dice;
  readonly phase: Phase;
  /** As this statement calls a table. */
  readonly called: (table: string) => string;
  /** As this statement calls a column. */
  readonly named: (column: ModelledColumn) => string;
  /** Whose columns this statement knows, where they differ. */
  readonly side: Side;
  readonly uids: (table: string) => readonly string[];
  readonly fresh: () => { readonly uid: string; readonly id: number };
}

const WEIGHTS = { insert: 20, one: 35, several: 10, key: 8, touch: 6, delete: 9, read: 12 };

/** A statement on one row of the table. */
export function someStatement(table: ModelledTable, around: Surroundings): Statement {
  const { dice } = around;
  const uids = around.uids(table.name);
  const what = uids.length === 0 ? "insert" : dice.weighted(WEIGHTS);
  // Early rows are met often: clients get in each other's way.
  const uid = uids[dice.below(dice.chance(0.2) ? Math.min(20, uids.length) : uids.length)] ?? "";
  const [first, ...rest] = table.columns;
  if (first === undefined) throw new Error(`${table.name} has no column to write`);
  switch (what) {
    case "insert":
      return insert(table, around);
    case "one":
      return update(table, uid, [dice.pick([first, ...rest])], around);
    case "several":
      return update(table, uid, table.columns, around);
    case "key":
      return changeKey(table, uid, around);
    case "touch":
      return update(table, uid, [], around);
    case "delete":
      return remove(table, uid, around);
    case "read":
      return lock(table, uid, around);
  }
}

/** A column, and how the statement reads it. */
type Called = Pick<Given, "column" | "read">;

const types = (columns: readonly Called[]): string =>
  columns.map(({ column, read }) => `, pg_typeof(${read})::text AS "as ${column}"`).join("");

const writtenAs = (row: Row, column: string, text: string | null): Written => ({
  text,
  as: row[`as ${column}`] ?? "",
});

/** The values that are written, in the order of the columns. */
interface Given {
  readonly column: string;
  readonly name: string;
  /** SQL that reads it. */
  readonly read: string;
  readonly text: string | null;
  /** SQL for the value, with the number of its parameter. */
  readonly sql: (place: number) => string;
}

const plain = (column: string, text: string | null, name = column, read = `t.${name}`): Given => ({
  column,
  name,
  read,
  text,
  sql: (place) => `$${place}`,
});

function given(table: ModelledTable, column: ModelledColumn, around: Surroundings): Given {
  const { dice, phase, uids, called, named } = around;
  if (column.refers === undefined)
    return plain(column.name, column.draw(dice, phase), named(column), readIn(table, column, around));
  const all = uids(column.refers);
  const uid = dice.chance(0.1) || all.length === 0 ? null : (all[dice.below(all.length)] ?? null);
  // The row may be gone by now; then nothing is written.
  const key = (place: number): string => `(SELECT p.id FROM ${called(column.refers)} p WHERE p.uid = $${place})`;
  return { ...plain(column.name, uid), sql: key };
}

const readIn = (table: ModelledTable, column: ModelledColumn, { named, side }: Surroundings): string =>
  table.shapes === undefined ? `t.${named(column)}` : readAs(table, column, side);

function puts(table: ModelledTable, all: readonly Given[], { side }: Surroundings, isThere: boolean) {
  const placed = all.map(({ column, name, sql }, at) => ({ column, name, sql: sql(at + 2) }));
  return assignments(table, side, placed, isThere);
}

/** Of a column that refers, what was written is in the answer: null where the row was gone. */
function setsOf(row: Row, all: readonly Given[], table: ModelledTable): Record<string, Written> {
  return Object.fromEntries(
    all.map(({ column, text }) => {
      const refers = table.columns.some((one) => one.name === column && one.refers !== undefined);
      const isGone = refers && row[`ref ${column}`] === null;
      return [column, writtenAs(row, column, isGone ? null : text)];
    }),
  );
}

const references = (table: ModelledTable, all: readonly Given[]): string =>
  all
    .filter(({ column }) => table.columns.some(({ name, refers }) => name === column && refers !== undefined))
    .map(({ column, name }) => `, t.${name}::text AS "ref ${column}"`)
    .join("");

function insert(table: ModelledTable, around: Surroundings): Statement {
  const { uid, id } = around.fresh();
  const key = plain("id", keyFor(table, id, around.phase));
  const drawn = (table.derived ?? []).flatMap(({ name, draw }): Given[] =>
    draw === undefined || !isChanged(around.phase) || (around.phase === "up" && around.dice.chance(0.5))
      ? []
      : [plain(name, draw(around.dice))],
  );
  const all = [key, ...table.columns.map((column) => given(table, column, around)), ...drawn];
  const written = puts(table, all, around, false);
  const names = written.map(([name]) => name);
  const values = written.map(([, sql]) => sql);
  return {
    sql: `INSERT INTO ${around.called(table.name)} AS t (uid, ver, ${names.join(", ")}) VALUES ($1, 0, ${values.join(", ")}) RETURNING t.ver::text${types(all)}${references(table, all)}`,
    params: [uid, ...all.map(({ text }) => text)],
    writes: (rows) =>
      rows.map((row) => ({
        table: table.name,
        uid,
        ver: Number(row["ver"]),
        kind: "insert",
        set: setsOf(row, all, table),
      })),
    readings: () => [],
  };
}

const keyFor = (table: ModelledTable, id: number, phase: Phase): string =>
  String(table.keyGrows === true && phase === "contracted" ? 3_000_000_000 + id : id);

function changeKey(table: ModelledTable, uid: string, around: Surroundings): Statement {
  return assign(table, uid, [plain("id", keyFor(table, around.fresh().id, around.phase))], around);
}

function update(
  table: ModelledTable,
  uid: string,
  columns: readonly ModelledColumn[],
  around: Surroundings,
): Statement {
  return assign(
    table,
    uid,
    columns.map((column) => given(table, column, around)),
    around,
  );
}

function assign(table: ModelledTable, uid: string, all: readonly Given[], around: Surroundings): Statement {
  const set = ["ver = t.ver + 1", ...puts(table, all, around, true).map(([name, sql]) => `${name} = ${sql}`)];
  return {
    sql: `UPDATE ${around.called(table.name)} AS t SET ${set.join(", ")} WHERE t.uid = $1 RETURNING t.ver::text${types(all)}${references(table, all)}`,
    params: [uid, ...all.map(({ text }) => text)],
    writes: (rows) =>
      rows.map((row) => ({
        table: table.name,
        uid,
        ver: Number(row["ver"]),
        kind: "update",
        set: setsOf(row, all, table),
      })),
    readings: () => [],
  };
}

function remove(table: ModelledTable, uid: string, { called }: Surroundings): Statement {
  return {
    sql: `DELETE FROM ${called(table.name)} AS t WHERE t.uid = $1 RETURNING (t.ver + 1)::text AS ver`,
    params: [uid],
    writes: (rows) => rows.map((row) => ({ table: table.name, uid, ver: Number(row["ver"]), kind: "delete", set: {} })),
    readings: () => [],
  };
}

function lock(table: ModelledTable, uid: string, around: Surroundings): Statement {
  const own = table.columns.filter(({ refers }) => refers === undefined);
  const all: readonly Called[] = [
    { column: "id", read: "t.id" },
    ...own.map((column) => ({ column: column.name, read: readIn(table, column, around) })),
  ];
  const names = all.map(({ column }) => column);
  const values = all.map(({ column, read }) => `, (${read})::text AS "${column}"`).join("");
  return {
    sql: `SELECT t.ver::text${values}${types(all)} FROM ${around.called(table.name)} AS t WHERE t.uid = $1 FOR UPDATE`,
    params: [uid],
    writes: () => [],
    readings: (rows) =>
      rows.map((row) => ({
        table: table.name,
        uid,
        ver: Number(row["ver"]),
        values: Object.fromEntries(names.map((name) => [name, writtenAs(row, name, row[name] ?? null)])),
      })),
  };
}
