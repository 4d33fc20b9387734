import type pg from "pg";
import type { DerivedColumn, Kind, ModelledColumn, ModelledTable } from "./kind.ts";
import { type History, lastWritten, type Model, type Written } from "./model.ts";
import { KEY, readAs } from "./shape.ts";
import { isChanged, type Timeline } from "./timeline.ts";

type Row = Readonly<Record<string, string | null>>;

/** What was found wrong stops being told beyond so many. */
const ENOUGH = 20;

/** Values of steady columns, as they were found the first time: by table, column and uid. */
export type Remembered = Map<string, string | null>;

/** What was found wrong, for people, and how many rows were looked at. */
interface Compared {
  readonly found: readonly string[];
  readonly rows: number;
}

/**
 * Every row against the model, in a moment in which nobody writes. Nothing found: nothing is lost, and nothing is there
 * that nobody wrote. Everything is read before anything is judged: with a connection that is lost it may be done again.
 */
export async function differences(
  client: pg.Client,
  kind: Kind,
  model: Model,
  timeline: Timeline,
  remembered: Remembered,
): Promise<Compared> {
  const tables: { readonly table: ModelledTable; readonly rows: ReadonlyMap<string, Row> }[] = [];
  for (const table of kind.tables) tables.push({ table, rows: await rowsOf(client, table, timeline) });
  const wrong: string[] = [];
  for (const sql of isChanged(timeline.phase) ? (kind.wrong ?? []) : []) {
    const { rows } = await client.query(sql);
    wrong.push(...rows.slice(0, 3).map((row) => `${JSON.stringify(row)} by ${sql}`));
  }
  const look = new Look(kind, model, timeline, remembered);
  const found = [
    ...tables.flatMap(({ table, rows }) => [...model.gaps(table.name), ...look.compare(table, rows)]),
    ...look.readings(),
    ...wrong,
  ];
  return { found: found.slice(0, ENOUGH), rows: tables.reduce((sum, { rows }) => sum + rows.size, 0) };
}

async function rowsOf(client: pg.Client, table: ModelledTable, { phase }: Timeline): Promise<ReadonlyMap<string, Row>> {
  const derived = isChanged(phase) ? (table.derived ?? []) : [];
  const columns = [KEY, ...table.columns, ...derived];
  const values = columns.map((column) => {
    const old = readAs(table, column, "old");
    const now = isChanged(phase) ? readAs(table, column, "new") : old;
    const twoValues = `CASE WHEN (${old})::text IS DISTINCT FROM (${now})::text THEN 'two values' ELSE (${now})::text END`;
    const value = phase === "up" && now !== old ? twoValues : `(${now})::text`;
    return `, ${value} AS "${column.name}", pg_typeof(${now})::text AS "as ${column.name}"`;
  });
  const called = phase === "contracted" ? (table.renamed ?? table.name) : table.name;
  const { rows } = await client.query<Row>(`SELECT t.uid, t.ver::text${values.join("")} FROM ${called} AS t`);
  const all = new Map(rows.map((row) => [row["uid"] ?? "", row]));
  if (all.size !== rows.length) throw new Error(`${table.name} has a uid twice`);
  return all;
}

class Look {
  readonly #kind: Kind;
  readonly #model: Model;
  readonly #timeline: Timeline;
  readonly #remembered: Remembered;

  constructor(kind: Kind, model: Model, timeline: Timeline, remembered: Remembered) {
    this.#kind = kind;
    this.#model = model;
    this.#timeline = timeline;
    this.#remembered = remembered;
  }

  compare(table: ModelledTable, rows: ReadonlyMap<string, Row>): readonly string[] {
    const histories = this.#model.histories(table.name);
    const unknown = [...rows.keys()].filter((uid) => !histories.has(uid));
    const found = unknown.map((uid) => `${table.name} ${uid}: nobody wrote it`);
    for (const [uid, history] of histories) {
      const row = rows.get(uid);
      const must = this.#presence(table, history);
      if (row === undefined) {
        if (must === "there") found.push(`${table.name} ${uid}: it is gone; ${told(history)}`);
      } else if (must === "gone") {
        found.push(`${table.name} ${uid}: it is there again; ${told(history)}`);
      } else {
        found.push(
          ...this.#ofRow(table, history, row).map((line) => `${table.name} ${uid}: ${line}; ${told(history)}`),
        );
      }
    }
    if (isChanged(this.#timeline.phase)) found.push(...this.#unique(table, rows));
    return found;
  }

  /** What clients read under FOR UPDATE is what the writes up to then had left. */
  readings(): readonly string[] {
    return this.#model.readings.splice(0).flatMap(({ table: name, uid, ver, values }) => {
      const table = this.#kind.tables.find((one) => one.name === name);
      const history = this.#model.history(name, uid);
      return Object.entries(values).flatMap(([column, { text, as }]) => {
        const modelled = table?.columns.find((one) => one.name === column);
        if (modelled?.swept !== undefined) return [];
        const wanted = shown(lastWritten(history, column, ver)?.set[column], modelled, as);
        return wanted === text
          ? []
          : [`${name} ${uid}: ${column} was read as ${text} at version ${ver}; ${told(history)}`];
      });
    });
  }

  #presence(table: ModelledTable, history: History): "there" | "gone" | "either" {
    if (history.at(-1)?.kind === "delete") return "gone";
    for (const column of table.columns) {
      const uid =
        column.refers === undefined ? null : (lastWritten(history, column.name)?.set[column.name]?.text ?? null);
      // A row goes with the one that it refers to.
      if (column.refers !== undefined && uid !== null && this.#isGone(column.refers, uid)) return "gone";
    }
    const { removes } = table;
    if (removes === undefined || this.#timeline.phase === "before") return "there";
    const { began, made = Number.POSITIVE_INFINITY } = this.#timeline.change;
    // What the row held at moments at which the migration may have looked at it.
    const before = history.findLastIndex(({ until }) => until < began);
    const meanwhile = history.slice(Math.max(0, before)).filter(({ since }, at) => at === 0 || since < made);
    const verdicts = meanwhile.map(({ ver }) => removes(valuesAt(table, history, ver)));
    if (!verdicts.includes(true)) return "there";
    return verdicts.includes(false) || before === -1 ? "either" : "gone";
  }

  #isGone(table: string, uid: string): boolean {
    return this.#model.history(table, uid).at(-1)?.kind === "delete";
  }

  #ofRow(table: ModelledTable, history: History, row: Row): readonly string[] {
    const last = history.at(-1);
    const found = Number(row["ver"]) === last?.ver ? [] : [`it is at version ${row["ver"]}`];
    const wrong = (column: string, wanted: readonly (string | null)[]): void => {
      const value = row[column] ?? null;
      if (!wanted.includes(value)) found.push(`${column} is ${value} and not ${wanted.join(" or ")}`);
    };
    wrong("id", [lastWritten(history, "id")?.set["id"]?.text ?? null]);
    for (const column of table.columns)
      wrong(column.name, this.#wanted(column, history, row[`as ${column.name}`] ?? ""));
    if (isChanged(this.#timeline.phase)) {
      for (const column of table.derived ?? []) {
        const wanted = this.#derived(column, table, history);
        if (wanted !== undefined) wrong(column.name, wanted);
        else if (row[column.name] === null) found.push(`${column.name} has no value`);
        if (column.steady === true)
          found.push(...this.#steady(`${table.name} ${column.name}`, history, row[column.name]));
      }
    }
    return found;
  }

  #wanted(column: ModelledColumn, history: History, now: string): readonly (string | null)[] {
    const write = lastWritten(history, column.name);
    const value = write?.set[column.name];
    if (column.refers !== undefined) {
      const uid = value?.text ?? null;
      return [
        uid === null ? null : (lastWritten(this.#model.history(column.refers, uid), "id")?.set["id"]?.text ?? null),
      ];
    }
    const text = shown(value, column, now);
    if (column.swept === undefined || this.#timeline.phase === "before" || write === undefined) return [text];
    const { began, made = Number.POSITIVE_INFINITY } = this.#timeline.change;
    if (write.until < began) return [column.swept(text)];
    return write.since >= made ? [text] : [text, column.swept(text)];
  }

  /** Undefined: any value will do. */
  #derived(column: DerivedColumn, table: ModelledTable, history: History): readonly (string | null)[] | undefined {
    const own = lastWritten(history, column.name);
    // What was written before the column went and came again is gone with it.
    if (own !== undefined && own.until >= this.#timeline.change.began) return [own.set[column.name]?.text ?? null];
    const { from } = column;
    const source = table.columns.find(({ name }) => name === from?.column);
    if (from === undefined || source === undefined) return undefined;
    return history.flatMap(({ set }) => {
      const value = set[from.column];
      return value === undefined ? [] : [from.value(value.text)];
    });
  }

  #steady(column: string, history: History, value: string | null | undefined): readonly string[] {
    const key = `${this.#timeline.change.began} ${column} ${history[0]?.uid}`;
    const before = this.#remembered.get(key);
    this.#remembered.set(key, value ?? null);
    return before === undefined || before === value ? [] : [`${column} was ${before} and is ${value}`];
  }

  #unique(table: ModelledTable, rows: ReadonlyMap<string, Row>): readonly string[] {
    return (table.derived ?? []).flatMap(({ name, unique }) => {
      const different = new Set([...rows.values()].map((row) => row[name])).size;
      return unique !== true || different === rows.size
        ? []
        : [`${table.name}: ${rows.size - different} rows share their ${name}`];
    });
  }
}

function shown(value: Written | undefined, column: ModelledColumn | undefined, now: string): string | null {
  if (value === undefined || value.text === null) return null;
  const how = column?.refers === undefined ? column?.shown : undefined;
  return how === undefined ? value.text : how(value.text, value.as, now);
}

const valuesAt = (table: ModelledTable, history: History, ver: number): Readonly<Record<string, string | null>> =>
  Object.fromEntries(table.columns.map(({ name }) => [name, lastWritten(history, name, ver)?.set[name]?.text ?? null]));

/** The last writes of a row, for people. */
const told = (history: History): string =>
  history
    .slice(-4)
    .map(({ kind, ver, set, since, until }) => {
      const values = Object.entries(set).map(([name, { text, as }]) => `${name} = ${text} (${as})`);
      return `${kind} ${ver} [${since}–${until}] ${values.join(", ")}`;
    })
    .join(" | ");
