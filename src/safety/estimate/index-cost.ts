import type { IndexKey, TableIndex } from "../../catalog/model/table-index.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { type Cost, cost } from "./cost.ts";
import { changedByReading, compressed, imagesOf } from "./page-state.ts";
import { STEP_RATES } from "./rates.ts";
import type { ServerProfile } from "./server-profile.ts";
import { shapeOf } from "./shapes.ts";
import {
  btreeBytes,
  type EntryShape,
  entryBytes,
  HASH_ENTRY,
  hashBytes,
  logOfHashEntry,
  logOfPages,
  PAGE,
  type Shape,
} from "./storage.ts";
import { factsOf, type TableSize } from "./table-size.ts";
import { mentions } from "./written-columns.ts";

/** Entries of a tree that is built leave this share of a leaf free; images of its pages leave out the gap. */
const LEAF_FILL = 90;
const UNKNOWN_KEY: Shape = { width: 32, align: 1, isFixed: false, nulls: 0 };
/** Equal values of these may differ, so their entries cannot share a key (`btequalimage`). */
const NEVER_SHARED = /^(numeric|float4|float8|jsonb|array|record|range|multirange|interval)_ops$/;
/** Nobody has statistics of a condition that is no comparison. */
const PARTIAL_SHARE = 0.3;
/** How much of a leaf holds entries that came one by one. */
const GROWN_FILL = 0.7;

/** How many entries an index has, and what it takes when it is built. */
export interface IndexSize {
  readonly entries: number;
  readonly bytes: number;
  readonly entry: number;
}

export function indexSize(index: TableIndex, size: TableSize, state: CatalogState): IndexSize {
  const shapes = [
    ...index.keys.map((key) => keyShape(key, size, state)),
    ...index.include.map((column) => columnShape(column, size, state)),
  ];
  const entries = Math.round(size.rows * (index.predicate === undefined ? 1 : partialShare(index.predicate, size)));
  const entry = index.method === "hash" ? HASH_ENTRY : entryBytes(shapes);
  return { entries, entry, bytes: bytesOf(index, entries, { keys: shapes, sharing: 1, fillfactor: LEAF_FILL }, size) };
}

function bytesOf(index: TableIndex, entries: number, shape: EntryShape, size: TableSize): number {
  const entry = entryBytes(shape.keys);
  const fillfactor = Number(index.options?.["fillfactor"] ?? shape.fillfactor);
  switch (index.method) {
    case "btree":
      return btreeBytes(entries, { ...shape, fillfactor, sharing: sharingOf(index, entries, size) });
    case "hash":
      return hashBytes(entries);
    case "brin":
      return (3 + Math.ceil((size.heap / PAGE / 128) * 0.005)) * PAGE;
    case "gist":
    case "spgist":
      return Math.max(1, Math.ceil((entries * (entry + 12)) / (PAGE * GROWN_FILL))) * PAGE;
    default:
      // What it takes depends on what is in the values: so much of the table is common for texts and documents.
      return Math.max(2, Math.ceil(((size.heap + size.toast) * 0.35) / PAGE)) * PAGE;
  }
}

function keyShape(key: IndexKey, size: TableSize, state: CatalogState): Shape {
  if ("column" in key) return columnShape(key.column, size, state);
  const column = size.table.columns.find(({ name }) => mentions(key.expression, name));
  return column === undefined ? UNKNOWN_KEY : columnShape(column.name, size, state);
}

function columnShape(name: string, { table, facts }: TableSize, state: CatalogState): Shape {
  const column = table.columns.find((one) => one.name === name);
  return column === undefined ? UNKNOWN_KEY : shapeOf(column, factsOf(facts, name), state);
}

/** Rows that share their key, on the average, where the tree keeps such a key once. */
function sharingOf(
  { unique, keys, include, options }: TableIndex,
  entries: number,
  { facts, rows }: TableSize,
): number {
  const isShared =
    !unique &&
    include.length === 0 &&
    options?.["deduplicate_items"] !== "off" &&
    keys.every(({ opclass }) => !NEVER_SHARED.test(opclass.name));
  if (!isShared) return 1;
  const distinct = keys.map((key) => {
    const known = "column" in key ? factsOf(facts, key.column)?.distinct : undefined;
    return known === undefined ? rows : known < 0 ? -known * rows : known;
  });
  const different = Math.max(
    1,
    Math.min(
      rows,
      distinct.reduce((product, one) => product * one, 1),
    ),
  );
  return Math.max(1, entries / different);
}

const partialShare = (predicate: string, { facts, rows }: TableSize): number => {
  const [, column, not] = /^\(?"?([\w$]+)"? IS (NOT )?NULL\)?$/.exec(predicate) ?? [];
  const nulls = column === undefined ? undefined : factsOf(facts, column)?.nullFraction;
  if (nulls === undefined || rows === 0) return PARTIAL_SHARE;
  return not === undefined ? nulls : 1 - nulls;
};

/** What a reader of the whole table logs: the first since it was written changes its pages. */
export const readingLog = (size: TableSize, server: ServerProfile): number =>
  imagesOf(size, changedByReading(size, server), server);

/** Sorts what goes into the index, and writes it page by page; what reading the table logs comes besides. */
export function buildCost(index: TableIndex, size: TableSize, state: CatalogState, server: ServerProfile): Cost {
  const { entries, entry, bytes } = indexSize(index, size, state);
  const tempBytes = index.method === "btree" ? sortedBytes(entries, entry, size.heap, server) : 0;
  const isLoggedByEntry = index.method === "hash";
  const fill = index.method === "btree" ? LEAF_FILL / 100 : GROWN_FILL;
  const isLogged = size.table.persistence === "permanent";
  return cost({
    readBytes: size.heap,
    writtenBytes: bytes,
    walBytes: !isLogged
      ? 0
      : isLoggedByEntry
        ? entries * logOfHashEntry()
        : compressed(logOfPages(bytes, fill), server),
    tempBytes,
    growthBytes: bytes,
    spillBytes: tempBytes,
    seconds: size.heap / STEP_RATES.readBytesPerSecond + entries / STEP_RATES.indexedRowsPerSecond,
  });
}

const SORTED_HEADER = 24 + 16;
/** From this size on, a table is read by several. */
const PARALLEL_FROM = 8 * 1024 ** 2;
const MEMORY_OF_A_WORKER = 32 * 1024 ** 2;

/** What a sort writes into temporary files: nothing while it fits into memory; always where several sort parts of it. */
function sortedBytes(entries: number, entry: number, heap: number, server: ServerProfile): number {
  const wanted = heap < PARALLEL_FROM ? 0 : 1 + Math.floor(Math.log(heap / PARALLEL_FROM) / Math.log(3));
  const affordable = Math.floor(server.maintenanceWorkMem / MEMORY_OF_A_WORKER) - 1;
  const isParallel = Math.min(wanted, server.parallelBuilders, affordable) > 0;
  const fits = entries * (entry + SORTED_HEADER) < server.maintenanceWorkMem;
  return fits && !isParallel ? 0 : entries * (entry + 4);
}

/** Entries that come one by one: some leaves have no room, and are split. */
export function grownBytes(entries: number, entry: number): number {
  return (entries * (entry + 4)) / GROWN_FILL;
}
