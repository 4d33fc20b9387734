import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import { applyStatement } from "../../catalog/state/apply-statement.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { ColumnMove } from "../../migrations/move-columns.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { holdsRows } from "../holds-rows.ts";
import { written } from "../online-context.ts";
import { reshapeInvalid } from "../reshape/written-reshape.ts";
import { writtenMove } from "./written-move.ts";

/** A column of the one table with that of the other which holds the same. */
export interface Pair {
  readonly old: Column;
  readonly now: Column;
}

/** A move of columns, with what the catalog knows of them. */
export interface KnownMove {
  /** The table that has them, as it is found. */
  readonly from: Table;
  /** The table that gets them, as it is found, and with the new columns. */
  readonly to: Table;
  readonly after: Table;
  readonly keys: readonly Pair[];
  readonly columns: readonly Pair[];
  /** Nobody had rows in the other table before: all that come belong to those of the first, and go with them. */
  readonly owns: boolean;
  /** Rows of the first table refer to those of the other by a foreign key, which were there before them. */
  readonly refers: boolean;
  /** What makes the new columns; empty where all are there. */
  readonly adds: readonly string[];
  /** What `DEFAULT` of a column becomes that of the new one, by the new one's name. */
  readonly defaults: ReadonlyMap<string, string>;
}

/**
 * Looks the tables and columns of a step up.
 *
 * @throws LockkeeperError `reshape_invalid` where they are not there or do not fit together
 */
export function knownMove(move: ColumnMove, file: string, state: CatalogState): KnownMove {
  const names = writtenMove(move, file);
  const invalid = (reason: string): Error => reshapeInvalid(file, reason);
  const [from, to] = [state.table(names.from), state.table(names.to)];
  if (from === undefined) throw invalid(`there is no table ${move.from}`);
  if (to === undefined) throw invalid(`there is no table ${move.to}`);
  if (keyOf(from) === keyOf(to)) throw invalid(`the columns are to move from ${from.name} to itself`);
  const entries = Object.entries(move.columns).map(([old, { type, as = old }]) => ({ old, now: as, type }));
  const made = entries.filter(({ type }) => type !== undefined);
  const taken = made.find(({ now }) => to.columns.some(({ name }) => name === now));
  if (taken !== undefined) throw invalid(`${to.name} has a column ${taken.now} already`);
  const adds = made.map(({ now, type }) => `ADD COLUMN ${quoteIdentifier(now)} ${type}`);
  const after = adds.length === 0 ? to : withColumns(to, adds, state);
  const columnOf = (table: Table, name: string): Column => {
    const column = table.columns.find((one) => one.name === name);
    if (column === undefined) throw invalid(`${table.name} has no column ${name}`);
    return column;
  };
  const pair = (old: string, now: string): Pair => ({ old: columnOf(from, old), now: columnOf(after, now) });
  const keys = Object.entries(move.on).map(([old, now]) => pair(old, now));
  const columns = entries.map(({ old, now }) => pair(old, now));
  requireKeys(keys, from, to, invalid);
  const twice = columns.find((one, at) => columns.slice(0, at).some(({ now }) => now.name === one.now.name));
  if (twice !== undefined) throw invalid(`two columns are to become ${twice.now.name}`);
  const other = columns.find(({ old, now }) => !isSameType(old, now));
  if (other !== undefined) {
    throw invalid(
      `${other.old.name} of ${from.name} is ${other.old.type.text}, and ${other.now.name} of ${to.name} ${other.now.type.text}`,
    );
  }
  return {
    from,
    to,
    after,
    owns: !holdsRows(to, state),
    refers: from.constraints.some((one) => one.type === "foreign key" && keyOf(one.references) === keyOf(to)),
    keys,
    columns,
    adds,
    defaults: new Map(
      columns.flatMap(({ old, now }) =>
        old.default === undefined || now.default !== undefined ? [] : [[now.name, old.default] as const],
      ),
    ),
  };
}

function withColumns(table: Table, adds: readonly string[], state: CatalogState): Table {
  const next = state.clone();
  applyStatement(next, written(`ALTER TABLE ${quoteQualified(table)} ${adds.join(", ")}`).parsed);
  return next.table(table) ?? table;
}

/** Each row of the one table has at most one of the other, and the server can tell so. */
function requireKeys(keys: readonly Pair[], from: Table, to: Table, invalid: (reason: string) => Error): void {
  const sides = [
    { table: from, names: keys.map(({ old }) => old.name) },
    { table: to, names: keys.map(({ now }) => now.name) },
  ];
  for (const { table, names } of sides) {
    if (!isKey(table, names)) throw invalid(`${names.join(", ")} is no unique key of ${table.name}`);
  }
  const nullable = keys.find(({ old }) => !old.notNull);
  if (nullable !== undefined) throw invalid(`${nullable.old.name} of ${from.name} may be null, and is no key then`);
  const uncommon = keys.find(({ old, now }) => !areKeys(old, now));
  if (uncommon !== undefined) {
    throw invalid(
      `${uncommon.old.name} of ${from.name} is ${uncommon.old.type.text}, and ${uncommon.now.name} of ${to.name} ${uncommon.now.type.text}: they are no key of the same kind`,
    );
  }
}

const isKey = ({ indexes, constraints }: Table, names: readonly string[]): boolean =>
  indexes.some(({ unique, valid, predicate, keys, constraint }) => {
    const columns = keys.map((key) => ("column" in key ? key.column : undefined));
    const isDeferrable = constraints.some(({ name, deferrable }) => name === constraint && deferrable);
    return (
      unique &&
      valid &&
      predicate === undefined &&
      !isDeferrable &&
      columns.length === names.length &&
      names.every((name) => columns.includes(name))
    );
  });

const INTEGERS: ReadonlySet<string> = new Set(["int2", "int4", "int8"]);

/** Both are of the server's own types, whose `=` every search_path means the same by. */
const areKeys = (old: Column, now: Column): boolean =>
  [old, now].every(({ type }) => type.schema === "pg_catalog" && !type.array) &&
  (old.type.name === now.type.name || (INTEGERS.has(old.type.name) && INTEGERS.has(now.type.name)));

const isSameType = (old: Column, now: Column): boolean =>
  old.type.schema === now.type.schema && old.type.text === now.type.text;
