import type { TableIndex } from "../../catalog/model/table-index.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { type Cost, cost, together } from "./cost.ts";
import { grownBytes, indexSize } from "./index-cost.ts";
import {
  changedByReading,
  compressed,
  deadRows,
  deadShare,
  freeBytes,
  imagesOf,
  isPruned,
  rowsPerPage,
  touchedShare,
} from "./page-state.ts";
import { STEP_RATES } from "./rates.ts";
import type { ServerProfile } from "./server-profile.ts";
import {
  heapBytesOf,
  logOfDelete,
  logOfEntry,
  logOfInsert,
  logOfLock,
  logOfMove,
  logOfPages,
  logOfPrune,
  logOfTrial,
  logOfUpdateInPlace,
  PAGE,
  rowsOnPage,
} from "./storage.ts";
import { TOAST_LOG } from "./table-cost.ts";
import { indexesOf, pageFill, type TableSize } from "./table-size.ts";
import { mentions } from "./written-columns.ts";

/** What of the rows of a table is written. */
export interface RowWrite {
  /** Rows that are changed. */
  readonly rows: number;
  /** Columns that get values. */
  readonly columns: readonly string[];
  /** How often each page is gone over; old versions of one pass are room for the next. */
  readonly strides: number;
  /** What becomes of the triggers that fire by default. */
  readonly triggers: "fire" | "skip";
  /** See `touchedShare`. */
  readonly neighbourhood: number;
}

/** What writing rows comes to, and how large the table is behind it. */
export interface Grown {
  readonly cost: Cost;
  readonly heapGrowth: number;
  /** All indexes of the table, as they are then. */
  readonly indexes: readonly { readonly name: string; readonly bytes: number }[];
}

/** Share of the rows that find room beside their old versions once the first stride is done, where there is any. */
const FOUND_ROOM = 0.99;
/** Half of a leaf is logged when it is split, and half of the leaves are. */
const SPLIT_LOG = PAGE / 2;

/** @param after the table with rows as they are written */
export function updateCost(
  before: TableSize,
  after: TableSize,
  { rows, columns, strides, triggers, neighbourhood }: RowWrite,
  state: CatalogState,
  server: ServerProfile,
): Grown {
  if (before.rows === 0 || rows === 0) {
    return {
      cost: together([]),
      heapGrowth: 0,
      indexes: [...before.indexes].map(([name, bytes]) => ({ name, bytes })),
    };
  }
  const share = Math.min(1, rows / before.rows);
  const all = indexesOf(before);
  const isKeyWritten = all.some((index) => columns.some((column) => isIndexed(index, column)));
  // Where rows become longer, fewer fit on a page.
  const fitting = FOUND_ROOM * Math.sqrt(Math.min(1, (before.row + 4) / (after.row + 4)));
  const inPlace = isKeyWritten
    ? 0
    : Math.max(roomShare(before, after, server), strides > 1 ? ((strides - 1) / strides) * fitting : 0);
  const moved = rows * (1 - inPlace);
  const onPage = rowsPerPage(before, rowsOnPage(before.row, before.fillfactor));
  const touched = before.heap * touchedShare(share, onPage, neighbourhood);
  // Rows go where there is room before the table grows.
  const room = freeBytes(before, server) / (after.row + 4);
  const heapGrowth = heapBytesOf(Math.max(0, moved - room), after.row, before.fillfactor);
  const indexes = all.map((index) => {
    const { entry, entries } = indexSize(index, after, state);
    const added = entries === 0 ? 0 : (moved * entries) / before.rows;
    const bytes = before.indexes.get(index.name) ?? 0;
    const leaf = touchedShare(Math.min(1, moved / before.rows), PAGE / (entry + 4));
    // Entries of rows that are dead take their place until vacuum comes.
    const taken = entries * (1 + deadRows(before, server) / before.rows) * (entry + 4);
    const growth = splitBytes(bytes, taken, added * (entry + 4));
    return {
      name: index.name,
      isPrimary: index.primary,
      bytes: bytes + growth,
      growth,
      added,
      log: added * logOfEntry(entry) + (growth / PAGE) * SPLIT_LOG,
      images: firstChange(bytes * leaf, indexFill(bytes, taken), server),
    };
  });
  const indexGrowth = indexes.reduce((sum, { growth }) => sum + growth, 0);
  const isLogged = before.table.persistence === "permanent";
  const isLocked = firesBefore(before, triggers);
  const changedPages = either(touched / before.heap, changedByReading(before, server));
  const images = imagesOf(before, changedPages, server) + indexes.reduce((sum, one) => sum + one.images, 0);
  const changed = Math.max(8, after.row - before.row);
  const walBytes =
    moved * logOfMove(after.row) +
    rows * inPlace * logOfUpdateInPlace(changed) +
    (isLocked ? rows * logOfLock() : 0) +
    (touched / PAGE) * strides * logOfPrune(onPage / strides) +
    images +
    indexes.reduce((sum, { log }) => sum + log, 0);
  return {
    cost: cost({
      readBytes: before.heap,
      writtenBytes: touched + heapGrowth + indexGrowth,
      walBytes: isLogged ? walBytes : 0,
      growthBytes: heapGrowth + indexGrowth,
      seconds:
        before.heap / STEP_RATES.readBytesPerSecond +
        rows / (strides > 1 ? STEP_RATES.stridedRowsPerSecond : STEP_RATES.updatedRowsPerSecond) +
        (isLocked ? rows / STEP_RATES.lockedRowsPerSecond : 0) +
        entrySeconds(indexes) +
        imageSeconds(images, rows * after.row),
    }),
    heapGrowth,
    indexes: indexes.map(({ name, bytes }) => ({ name, bytes })),
  };
}

/** Rates of rows are those of tables that are changed as a whole, in which the images of pages are about the rows. */
const imageSeconds = (images: number, rowBytes: number): number =>
  Math.max(0, images - rowBytes) / STEP_RATES.writtenBytesPerSecond;

const entrySeconds = (indexes: readonly { readonly added: number; readonly isPrimary: boolean }[]): number =>
  indexes.reduce(
    (sum, { added, isPrimary }) =>
      sum + added / (isPrimary ? STEP_RATES.orderedEntriesPerSecond : STEP_RATES.insertedEntriesPerSecond),
    0,
  );

/** So full are the leaves of an index before they are split: it has some room, and loses entries that nobody sees any more. */
const FULL_LEAVES = 1.12;
const BUILT_FILL = 0.9;
/** What splitting every leaf of an index adds to it. */
const SPLIT_GROWTH = 0.9;

/** How full an index is, 0 to 1: equal keys that share an entry take less than is reckoned here. */
const indexFill = (bytes: number, live: number): number => (bytes === 0 ? 0 : Math.min(BUILT_FILL, live / bytes));

/** By how much an index grows whose leaves are there already. */
function splitBytes(bytes: number, live: number, added: number): number {
  if (bytes === 0 || indexFill(bytes, live) + added / bytes <= FULL_LEAVES) return 0;
  return bytes * SPLIT_GROWTH * Math.max(1, added / bytes);
}

/** A row is locked, and that is logged, before a trigger sees it that may change it. */
const firesBefore = ({ table }: TableSize, triggers: RowWrite["triggers"]): boolean =>
  table.triggers.some(
    ({ timing, level, events, enabled }) =>
      timing === "before" &&
      level === "row" &&
      events.includes("update") &&
      (enabled === "always" || enabled === (triggers === "fire" ? "origin" : "replica")),
  );

/** Rows for which a page has room left over. */
function roomShare(before: TableSize, after: TableSize, server: ServerProfile): number {
  const free = (1 - pageFill(before) - (isPruned(before) ? 0 : deadShare(before, server))) * PAGE;
  const onPage = rowsPerPage(before, 1);
  return Math.min(1, Math.floor(free / (after.row + 4)) / Math.max(1, onPage));
}

/** Whether a new value of the column means a new entry. */
const isIndexed = ({ keys, include, predicate, method }: TableIndex, column: string): boolean =>
  method !== "brin" &&
  (include.includes(column) ||
    keys.some((key) => ("column" in key ? key.column === column : mentions(key.expression, column))) ||
    (predicate !== undefined && mentions(predicate, column)));

/** Of two things that befall pages independently, the share that at least one befalls. */
const either = (one: number, other: number): number => 1 - (1 - one) * (1 - other);

/** Images of an index's pages that are changed for the first time since a checkpoint. */
const firstChange = (bytes: number, fill: number, server: ServerProfile): number =>
  server.fullPages ? compressed(logOfPages(bytes, fill), server) : 0;

export function deleteCost(
  before: TableSize,
  { rows, neighbourhood }: Pick<RowWrite, "rows" | "neighbourhood">,
  server: ServerProfile,
): Cost {
  if (before.rows === 0 || rows === 0) return together([]);
  const share = Math.min(1, rows / before.rows);
  const onPage = rowsPerPage(before, rowsOnPage(before.row, before.fillfactor));
  const touched = before.heap * touchedShare(share, onPage, neighbourhood);
  const images = imagesOf(before, either(touched / before.heap, changedByReading(before, server)), server);
  const values = removedToast(before, share, neighbourhood, server);
  const walBytes =
    rows * logOfDelete() +
    (touched / PAGE) * logOfPrune((onPage * share) / 2) +
    images +
    (server.logsHints ? firstChange(keyBytes(before), BUILT_FILL, server) : 0) +
    values;
  return cost({
    readBytes: before.heap,
    writtenBytes: touched,
    walBytes: before.table.persistence === "permanent" ? walBytes : 0,
    seconds:
      before.heap / STEP_RATES.readBytesPerSecond +
      rows / STEP_RATES.deletedRowsPerSecond +
      imageSeconds(images + values, rows * before.row),
  });
}

/** A long value is stored in pieces, four to a page. */
const PIECE = PAGE / 4;

/** The pieces of long values are deleted one by one, with their rows. */
function removedToast({ toast, rows }: TableSize, share: number, neighbourhood: number, server: ServerProfile): number {
  if (toast === 0) return 0;
  const touched = toast * touchedShare(share, rows / (toast / PAGE), neighbourhood);
  return ((toast * share) / PIECE) * logOfDelete() + firstChange(touched, 1, server);
}

/** Whoever meets a row that is gone by the key marks its entry; seen with a sweep of a third of a table. */
const keyBytes = ({ table, indexes }: TableSize): number =>
  table.indexes.filter(({ primary }) => primary).reduce((sum, { name }) => sum + (indexes.get(name) ?? 0), 0);

/**
 * Rows that are put into a table, with their entries in its indexes, one by one. `isOnTrial`, by `ON CONFLICT`: those
 * whose key is there already are left out.
 */
export function insertCost(
  into: TableSize,
  { rows, isOnTrial = false }: { readonly rows: number; readonly isOnTrial?: boolean },
  state: CatalogState,
  server: ServerProfile,
): Grown {
  const room = freeBytes(into, server) / (into.row + 4);
  const heapGrowth = heapBytesOf(Math.max(0, rows - room), into.row, into.fillfactor);
  const filled: TableSize = { ...into, rows: into.rows + rows };
  const indexes = indexesOf(into).map((index) => {
    const { entry, entries } = indexSize(index, filled, state);
    const added = filled.rows === 0 ? 0 : (entries * rows) / filled.rows;
    const growth = grownBytes(added, entry);
    const bytes = (into.indexes.get(index.name) ?? 0) + growth;
    return {
      name: index.name,
      isPrimary: index.primary,
      bytes,
      added,
      growth,
      log: added * logOfEntry(entry) + (growth / PAGE) * SPLIT_LOG,
    };
  });
  const growth = heapGrowth + indexes.reduce((sum, one) => sum + one.growth, 0);
  const isLogged = into.table.persistence === "permanent";
  const trial = isOnTrial && into.table.indexes.some(({ unique }) => unique) ? logOfTrial() : 0;
  const log = rows * (logOfInsert(into.row) + trial) + indexes.reduce((sum, one) => sum + one.log, 0);
  return {
    cost: cost({
      writtenBytes: growth,
      walBytes: isLogged ? log : 0,
      growthBytes: growth,
      seconds: rows / STEP_RATES.insertedRowsPerSecond + entrySeconds(indexes),
    }),
    heapGrowth,
    indexes: indexes.map(({ name, bytes }) => ({ name, bytes })),
  };
}

/** Long values that go into another table; their pieces are logged whole. */
export const insertedToast = (bytes: number): Cost =>
  cost({ readBytes: bytes, writtenBytes: bytes, walBytes: bytes * TOAST_LOG, growthBytes: bytes });
