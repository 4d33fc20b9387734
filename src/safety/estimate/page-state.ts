import type { ServerProfile } from "./server-profile.ts";
import { logOfPages, PAGE } from "./storage.ts";
import { called, pageFill, type TableSize } from "./table-size.ts";

/**
 * What the pages of a table are like beside its rows: rows that are dead and not vacuumed away, room that was made by
 * vacuum, hints that nobody has set yet.
 */

/** Less room than this, 0 to 1, may as well be a guess of widths that is a little off. */
const TELLING = 0.1;
/** ANALYZE takes a sample from so many pages, and sets the hints on them: 300 for each of `default_statistics_target`. */
const SAMPLED_PAGES = 30_000;

/** Share of a table that takes nothing, 0 to 1: what is left of a page on which no row fits any more is not counted. */
function emptyShare(size: TableSize): number {
  const { row, fillfactor } = size;
  const empty = fillfactor / 100 - (row + 4) / 2 / PAGE - pageFill(size);
  return empty < TELLING ? 0 : empty;
}

/**
 * Of pages that each hold so many rows, the share that holds at least one of those that are chosen.
 *
 * @param neighbourhood how far they lie one behind the other: 0, anywhere, to 1
 */
export function touchedShare(share: number, onPage: number, neighbourhood = 0): number {
  if (share >= 1) return 1;
  return neighbourhood * share + (1 - neighbourhood) * (1 - (1 - share) ** Math.max(1, onPage));
}

export const rowsPerPage = ({ heap, rows }: TableSize, otherwise: number): number =>
  heap === 0 || rows === 0 ? otherwise : rows / (heap / PAGE);

const settledShare = (size: TableSize, { settledShare: known }: ServerProfile): number =>
  known.get(called(size.table)) ?? (size.facts?.lastVacuum === undefined ? 0 : 1);

/**
 * Rows that are dead and still take their place: as the server counts them or, where it has not counted, such as in a copy
 * of a database, as many as would fill the pages that vacuum has not seen.
 */
export function deadRows(size: TableSize, server: ServerProfile): number {
  const { facts, heap, row } = size;
  if (facts === undefined || heap === 0) return 0;
  const most = (heap * Math.max(0, 1 - pageFill(size))) / (row + 4);
  const isCounted = facts.deadRows > 0 || facts.lastVacuum !== undefined || facts.lastAnalyze !== undefined;
  if (isCounted) return Math.min(facts.deadRows, most);
  return ((1 - settledShare(size, server)) * heap * emptyShare(size)) / (row + 4);
}

/** Share of the pages that dead rows take, 0 to 1. */
export const deadShare = (size: TableSize, server: ServerProfile): number =>
  size.heap === 0 ? 0 : Math.min(1, (deadRows(size, server) * (size.row + 4)) / size.heap);

/** Bytes into which rows may go before the table grows: what vacuum has made known as free. */
export const freeBytes = (size: TableSize, server: ServerProfile): number =>
  size.heap * Math.max(0, emptyShare(size) - deadShare(size, server));

/** Dead rows are cleared away by whoever reads a page that has less than a tenth of its room left. */
export const isPruned = ({ fillfactor }: TableSize): boolean => fillfactor > 90;

/** Share of the pages that a reader changes, 0 to 1: it clears dead rows away and, where nobody has read them yet, sets hints. */
export function changedByReading(size: TableSize, server: ServerProfile): number {
  const { rows, heap } = size;
  const dead = isPruned(size) ? deadRows(size, server) : 0;
  const all = rows + dead;
  // Most are old versions of rows that live on, on pages that have none.
  const old = touchedShare(dead / all, all / (heap / PAGE)) * Math.max(0, 1 - dead / rows);
  const cleared = dead > 0 && rows > 0 ? old : 0;
  const isSampled = size.facts?.columns.some(({ averageWidth }) => averageWidth !== undefined) === true;
  const unread = isSampled ? 1 - Math.min(1, (SAMPLED_PAGES * PAGE) / Math.max(1, size.heap)) : 1;
  return Math.max(cleared, server.logsHints ? unread : 0) * (1 - settledShare(size, server));
}

/** What the log takes of whole pages. */
export const compressed = (bytes: number, { compressesPages }: ServerProfile): number =>
  compressesPages ? bytes * COMPRESSION : bytes;

const COMPRESSION = 0.5;

/**
 * Images of a table's pages that are changed for the first time since a checkpoint.
 *
 * @param share how much of the table they are, 0 to 1
 */
export function imagesOf(size: TableSize, share: number, server: ServerProfile): number {
  if (!server.fullPages || size.isInLog || size.table.persistence !== "permanent") return 0;
  // An image is that of the page as it was changed, without what was cleared away.
  const fill = pageFill(size) + (isPruned(size) ? 0 : deadShare(size, server));
  return compressed(share * logOfPages(size.heap, Math.min(1, fill)), server);
}
