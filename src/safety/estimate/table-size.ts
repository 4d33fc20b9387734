import type { ColumnFacts, RelationFacts } from "../../catalog/model/facts.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { shapeOf } from "./shapes.ts";
import { PAGE, rowBytes, type Shape } from "./storage.ts";

/** A table as it stands at one moment of a plan: the server's figures, brought along by what the steps before do. */
export interface TableSize {
  readonly table: Table;
  readonly rows: number;
  readonly heap: number;
  readonly toast: number;
  /** A row as it would be written now. */
  readonly row: number;
  readonly fillfactor: number;
  /** Whether the plan itself has written or read all of it, so that its pages are in the log already. */
  readonly isInLog: boolean;
  readonly facts: RelationFacts | undefined;
  /** By their names. */
  readonly indexes: ReadonlyMap<string, number>;
}

/** @returns undefined where nobody knows how many rows it has */
export function tableSize(state: CatalogState, name: QualifiedName): TableSize | undefined {
  const table = state.table(name);
  if (table === undefined) return undefined;
  const { from, facts } = state.sizeOf(name);
  if (from === "unknown") return undefined;
  const row = rowBytes(shapesOf(table, facts, state)) * looseness(table, facts, state);
  const heap = facts?.heapBytes ?? 0;
  return {
    table,
    rows: rowsOf(facts, row),
    heap,
    toast: facts?.toastBytes ?? 0,
    row,
    fillfactor: Number(table.options?.["fillfactor"] ?? 100),
    isInLog: facts?.lastVacuum === IN_LOG.lastVacuum,
    facts,
    indexes: new Map(facts?.indexes.map(({ name: index, bytes }) => [index, bytes])),
  };
}

const rowsOf = (facts: RelationFacts | undefined, row: number): number =>
  facts === undefined ? 0 : facts.rows >= 0 ? facts.rows : Math.round(facts.heapBytes / (row + 4));

/**
 * Without statistics the widths of values are a guess: then the rows are as much longer or shorter than by the guess as
 * the table is that they fill.
 */
function looseness(table: Table, facts: RelationFacts | undefined, state: CatalogState): number {
  const isKnown = facts === undefined || facts.rows <= 0 || facts.columns.some((one) => one.averageWidth !== undefined);
  if (isKnown) return 1;
  const old = table.columns.filter((column) => facts.columns.some(({ name }) => name === column.name));
  const guessed = rowBytes(old.map((column) => shapeOf(column, factsOf(facts, column.name), state)));
  return Math.max(0.1, (facts.heapBytes / facts.rows - 4) / guessed);
}

export const factsOf = (facts: RelationFacts | undefined, column: string): ColumnFacts | undefined =>
  facts?.columns.find(({ name }) => name === column);

const shapesOf = (table: Table, facts: RelationFacts | undefined, state: CatalogState): readonly Shape[] =>
  table.columns
    .filter(({ generated }) => generated?.kind !== "virtual")
    .map((column) => shapeOf(column, factsOf(facts, column.name), state));

/** What changes of a table's size. */
export type SizeChange = Partial<
  Pick<RelationFacts, "rows" | "deadRows" | "heapBytes" | "toastBytes" | "indexes" | "columns" | "lastVacuum">
>;

/** From here on the state knows the table to be of this size. */
export function setSize(state: CatalogState, { schema, name }: QualifiedName, change: SizeChange): void {
  const key = keyOf({ schema, name });
  const before = state.store.facts.get(key);
  const isKnown = state.sizeOf({ schema, name }).from === "facts";
  const facts: RelationFacts = {
    ...(isKnown && before !== undefined ? before : { ...EMPTY, schema, name }),
    ...change,
  };
  const indexBytes = facts.indexes.reduce((sum, { bytes }) => sum + bytes, 0);
  state.store.facts.set(key, { ...facts, indexBytes });
  state.store.sizes.delete(key);
}

/** No vacuum was at this time: what a plan itself has written or read is noted by it. */
export const IN_LOG = { lastVacuum: new Date(0).toISOString() };

const EMPTY = {
  rows: 0,
  heapBytes: 0,
  indexBytes: 0,
  toastBytes: 0,
  deadRows: 0,
  columns: [],
  indexes: [],
  ...IN_LOG,
};

/** Of columns that have values in all rows from here on. */
export function filledColumns(
  facts: RelationFacts | undefined,
  columns: readonly ColumnFacts[],
): readonly ColumnFacts[] {
  const rest = facts?.columns.filter(({ name }) => columns.every((one) => one.name !== name)) ?? [];
  return [...rest, ...columns];
}

/** Share of a table's pages that is taken by rows, 0 to 1. */
export const pageFill = ({ rows, heap, row }: TableSize): number =>
  heap === 0 ? 1 : Math.min(1, (rows * (row + 4) + (heap / PAGE) * 24) / heap);

/** Tables that hold the rows: the table itself, or its partitions of the lowest level. */
export function leavesOf(state: CatalogState, name: QualifiedName, only = false): readonly QualifiedName[] {
  const table = state.table(name);
  const below = only ? [] : state.descendantsOf(name).filter(({ kind }) => kind === "ordinary");
  return table?.kind === "partitioned" ? below : [name, ...below];
}

export const indexesOf = ({ table }: TableSize): readonly TableIndex[] =>
  table.indexes.filter(({ partitioned }) => !partitioned);

export const called = ({ schema, name }: QualifiedName): string => `${schema}.${name}`;
