import type { Catalog } from "../../catalog/catalog.ts";
import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { nearestName } from "../../errors/nearest-name.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { CheckFinding } from "../check.ts";
import { baseType, formsOf } from "./column-form.ts";
import type { EstimatedRows } from "./estimated-rows.ts";
import { hasOwnRows, rowsOf } from "./own-rows.ts";
import type { Sides } from "./sides.ts";
import type { ComparedColumn, ComparedTable, TablePair } from "./table-pair.ts";
import { type Maps, readMaps, tableNamed } from "./written-maps.ts";

/** What is compared, and how the two sides correspond. */
export interface Wanted {
  /** Tables of the left side by their names; absent: all. */
  readonly only?: readonly string[];
  /** `orders=orders_v2`, `orders.total=amount / 100`. */
  readonly maps?: readonly string[];
  /** Columns that are left out: `updated_at`, `orders.updated_at`. */
  readonly ignore?: readonly string[];
  /** Columns by which rows are known, instead of the table's own key. */
  readonly key?: readonly string[];
  /** SQL condition on the rows, for all tables that are compared. */
  readonly where?: string;
}

export interface Paired {
  readonly pairs: readonly TablePair[];
  /** Tables that only one side has, as SQL names them. */
  readonly alone: Sides<readonly string[]>;
}

/**
 * Which tables are compared with which: those of one name, and those that are said to correspond. Partitions are
 * compared with the table that they are of; foreign and temporary tables are not.
 *
 * @throws LockkeeperError `usage` for names of what is not there
 */
export function pairTables({ left, right }: Sides<Catalog>, estimated: Sides<EstimatedRows>, wanted: Wanted): Paired {
  const maps = readMaps(wanted.maps ?? [], left, right);
  const named = wanted.only === undefined ? undefined : [...new Set(wanted.only.map((name) => tableNamed(left, name)))];
  const lefts = named ?? left.tables.filter(hasOwnRows);
  const matched = lefts.map((table) => [table, maps.tables.get(table) ?? sameName(right, table)] as const);
  const taken = new Set(matched.map(([, other]) => other));
  return {
    pairs: matched.flatMap(([table, other]) =>
      other === undefined ? [] : [pairOf({ left, right }, { left: table, right: other }, { maps, estimated, wanted })],
    ),
    alone: {
      left: matched.filter(([, other]) => other === undefined).map(([table]) => quoteQualified(table)),
      right:
        named === undefined
          ? right.tables.filter((table) => hasOwnRows(table) && !taken.has(table)).map(quoteQualified)
          : [],
    },
  };
}

const sameName = ({ tables }: Catalog, { schema, name }: Table): Table | undefined =>
  tables.find((table) => table.schema === schema && table.name === name && table.kind !== "foreign");

interface Pairing {
  readonly maps: Maps;
  readonly estimated: Sides<EstimatedRows>;
  readonly wanted: Wanted;
}

function pairOf(catalogs: Sides<Catalog>, tables: Sides<Table>, { maps, estimated, wanted }: Pairing): TablePair {
  const mapped = maps.columns.get(tables.left) ?? new Map<string, string>();
  const isIgnored = (name: string): boolean =>
    wanted.ignore?.some((one) => one === name || isColumnOf(one, tables.left, name)) === true;
  const compared = tables.left.columns.filter(({ name }) => !isIgnored(name));
  const columns = compared.flatMap((column) => comparedColumn(column, mapped.get(column.name), catalogs, tables.right));
  const key = keyOf(tables, columns, wanted.key);
  const rangeBy = key.slice(0, 1).find((first) => isRanged(first, tables));
  return {
    left: comparedTable(tables.left, estimated.left),
    right: comparedTable(tables.right, estimated.right),
    columns,
    key,
    ...(rangeBy === undefined ? {} : { rangeBy }),
    ...(wanted.where === undefined ? {} : { where: wanted.where }),
    notes: notesOf(tables, columns, isIgnored, mapped),
  };
}

const isColumnOf = (written: string, { schema, name }: Table, column: string): boolean =>
  written === `${name}.${column}` || written === `${schema}.${name}.${column}`;

const comparedTable = (table: Table, estimated: EstimatedRows): ComparedTable => ({
  table: { schema: table.schema, name: table.name },
  name: quoteQualified(table),
  from: rowsOf(table),
  rows: estimated(table),
});

/** None where the other side has nothing that stands for the column. */
function comparedColumn(
  column: Column,
  mapped: string | undefined,
  catalogs: Sides<Catalog>,
  table: Table,
): readonly ComparedColumn[] {
  const { name } = column;
  const own = baseType(column.type, catalogs.left.domains);
  const other = table.columns.find((one) => (mapped === undefined ? one.name === name : isName(mapped, one.name)));
  if (other === undefined) {
    if (mapped === undefined) return [];
    // What an expression gives is taken for what it is to be compared with.
    const [form] = formsOf(own, own);
    return [{ name, left: columnValue(column, form), right: { sql: `(${mapped})::${own.text}`, form } }];
  }
  const [left, right] = formsOf(own, baseType(other.type, catalogs.right.domains));
  return [{ name, left: columnValue(column, left), right: columnValue(other, right) }];
}

const isName = (written: string, name: string): boolean =>
  written === quoteIdentifier(name) || written.toLowerCase() === name || written === `"${name}"`;

const columnValue = ({ name, type }: Column, form: ComparedColumn["left"]["form"]): ComparedColumn["left"] => ({
  sql: quoteIdentifier(name),
  form,
  type: type.text,
});

/** Columns that tell each row from all others on one side at least; best on both. */
function keyOf(
  tables: Sides<Table>,
  columns: readonly ComparedColumn[],
  named: readonly string[] | undefined,
): readonly ComparedColumn[] {
  const byName = (names: readonly string[]): readonly ComparedColumn[] =>
    names.flatMap((name) => columns.find((column) => column.name === name) ?? []);
  if (named !== undefined) {
    const missing = named.find((name) => byName([name]).length === 0);
    if (missing === undefined) return byName(named);
    const names = columns.map(({ name }) => name);
    const meant = nearestName(missing, names);
    throw new LockkeeperError("usage", {
      message: `${quoteQualified(tables.left)} has no column ${missing} that is compared.`,
      notDone: "Nothing was compared.",
      action: `--key names ${meant === undefined ? `some of ${names.join(", ")}` : meant}.`,
    });
  }
  const nameOn = (column: ComparedColumn, side: "left" | "right"): string => column[side].sql;
  const keys = (side: "left" | "right"): readonly (readonly ComparedColumn[])[] =>
    uniqueKeys(tables[side]).flatMap((names) => {
      const found = names.flatMap((name) => columns.find((one) => nameOn(one, side) === quoteIdentifier(name)) ?? []);
      return found.length === names.length ? [found] : [];
    });
  const [lefts, rights] = [keys("left"), keys("right")];
  const isSame = (one: readonly ComparedColumn[], other: readonly ComparedColumn[]): boolean =>
    one.length === other.length && one.every((column) => other.includes(column));
  return lefts.find((key) => rights.some((other) => isSame(key, other))) ?? lefts[0] ?? rights[0] ?? [];
}

/** The columns of the primary key, and of other unique indexes of columns that are never NULL. */
export function uniqueKeys({ indexes, columns }: Table): readonly (readonly string[])[] {
  const neverNull = new Set(columns.filter(({ notNull }) => notNull).map(({ name }) => name));
  return indexes
    .filter(({ unique, valid, predicate }) => unique && valid && predicate === undefined)
    .toSorted((one, other) => Number(other.primary) - Number(one.primary) || one.keys.length - other.keys.length)
    .flatMap(({ keys }) => {
      const names = keys.flatMap((key) => ("column" in key && neverNull.has(key.column) ? [key.column] : []));
      return names.length === keys.length ? [names] : [];
    });
}

/** Whether ranges of the column are found by an index on both sides. */
function isRanged({ left, right }: ComparedColumn, tables: Sides<Table>): boolean {
  return (
    [
      [left, tables.left],
      [right, tables.right],
    ] as const
  ).every(
    ([{ sql, form }, { columns, indexes }]) =>
      form.family === "integer" &&
      columns.some(({ name, notNull }) => notNull && quoteIdentifier(name) === sql) &&
      indexes.some(({ method, valid, predicate, keys: [first] }) => {
        const isFirst = first !== undefined && "column" in first && quoteIdentifier(first.column) === sql;
        return method === "btree" && valid && predicate === undefined && isFirst;
      }),
  );
}

/** Columns that runs put aside, or fill beside others. */
const OURS = /^lockkeeper_(?:dropped|new)_/;

function notesOf(
  tables: Sides<Table>,
  columns: readonly ComparedColumn[],
  isIgnored: (name: string) => boolean,
  mapped: ReadonlyMap<string, string>,
): readonly CheckFinding[] {
  const note = (table: Table, name: string, message: string): CheckFinding => ({
    object: `${quoteQualified(table)}.${quoteIdentifier(name)}`,
    message,
    severity: "warning",
  });
  const here = new Set(columns.map(({ left }) => left.sql));
  const there = new Set(columns.map(({ right }) => right.sql));
  const unmatched = (table: Table, matched: ReadonlySet<string>): readonly Column[] =>
    table.columns.filter(({ name }) => !matched.has(quoteIdentifier(name)) && !isIgnored(name) && !OURS.test(name));
  const isOurs = ({ name }: Column): boolean => OURS.test(name);
  const kept = [
    ...new Set([...tables.left.columns.filter(isOurs), ...tables.right.columns.filter(isOurs)].map(({ name }) => name)),
  ].filter((name) => !here.has(quoteIdentifier(name)) || !there.has(quoteIdentifier(name)));
  // An expression may use any column of the other side.
  const used = [...mapped.values()].join(" ");
  return [
    ...(kept.length === 0
      ? []
      : [
          {
            object: quoteQualified(tables.left),
            message: `What runs keep for others until contract is only on one side, and was not compared: ${kept.join(", ")}.`,
            severity: "info" as const,
          },
        ]),
    ...unmatched(tables.left, here).map(({ name }) =>
      note(tables.left, name, `Column ${name} is only here; it was not compared.`),
    ),
    ...unmatched(tables.right, there)
      .filter(({ name }) => !used.includes(name))
      .map(({ name }) =>
        note(tables.right, name, `Column ${name} is only in the other database; it was not compared.`),
      ),
    ...columns
      .filter(({ left, right }) => right.type !== undefined && left.type !== right.type)
      .map(
        ({ name, left, right }): CheckFinding => ({
          ...note(tables.left, name, `Column ${name} is ${left.type} here and ${right.type} in the other database.`),
          severity: "info",
        }),
      ),
  ];
}
