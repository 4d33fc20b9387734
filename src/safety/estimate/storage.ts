/**
 * How PostgreSQL lays rows and index entries out on pages, and how long the records are that it writes of them into its
 * log. Bytes throughout.
 *
 * Source: "Database Page Layout" and "B-Tree Structure" of the manual; `htup_details.h`, `itup.h`, `nbtree.h`,
 * `nbtsort.c`, `hashpage.c`, `xlogrecord.h`, `heapam_xlog.h`, `nbtxlog.h`.
 */

export const PAGE = 8_192;
const PAGE_HEADER = 24;
const LINE_POINTER = 4;
/** Without the bitmap of nulls, and its alignment. */
const ROW_HEADER = 23;
const ENTRY_HEADER = 8;
/** At the end of each page of a B-tree. */
const BTREE_SPECIAL = 16;
const PAGE_ROOM = PAGE - PAGE_HEADER;

const aligned = (bytes: number, to = 8): number => Math.ceil(bytes / to) * to;

/** A value as it stands in a row, on the average. */
export interface Shape {
  readonly width: number;
  readonly align: 1 | 2 | 4 | 8;
  /** Whether each value is as long as the others. */
  readonly isFixed: boolean;
  /** 0 to 1. */
  readonly nulls: number;
}

/** The values of a row one after the other, each aligned. Behind one whose length varies, the mean of what alignment takes. */
function valuesBytes(shapes: readonly Shape[]): { readonly bytes: number; readonly isExact: boolean } {
  let bytes = 0;
  let isExact = true;
  for (const { width, align, isFixed, nulls } of shapes) {
    const filled = isExact ? aligned(bytes, align) - bytes : (align - 1) / 2;
    bytes += (1 - nulls) * (filled + width);
    isExact &&= isFixed && (nulls === 0 || nulls === 1);
  }
  return { bytes, isExact };
}

/** A row with its header, without its line pointer. */
export function rowBytes(shapes: readonly Shape[]): number {
  const withoutNulls = shapes.reduce((share, { nulls }) => share * (1 - nulls), 1);
  const bare = aligned(ROW_HEADER);
  const withBitmap = aligned(ROW_HEADER + Math.ceil(shapes.length / 8));
  const header = withoutNulls * bare + (1 - withoutNulls) * withBitmap;
  const { bytes, isExact } = valuesBytes(shapes);
  return isExact ? aligned(header + bytes) : header + bytes + 3.5;
}

/** Rows that fit on a page; not a whole number where their lengths vary. */
export function rowsOnPage(row: number, fillfactor = 100): number {
  const room = PAGE_ROOM - (PAGE * (100 - fillfactor)) / 100;
  const fit = room / (row + LINE_POINTER);
  return Math.max(1, Number.isInteger(row) ? Math.floor(fit) : fit - 0.5);
}

export const heapBytesOf = (rows: number, row: number, fillfactor = 100): number =>
  rows === 0 ? 0 : Math.ceil(rows / rowsOnPage(row, fillfactor)) * PAGE;

export interface EntryShape {
  readonly keys: readonly Shape[];
  /** Entries that share their key, on the average, where the tree keeps such a key once; 1: each stands for itself. */
  readonly sharing: number;
  readonly fillfactor: number;
}

/** Of an index entry: header, and the values with their alignment. */
export function entryBytes(keys: readonly Shape[]): number {
  const someNull = 1 - keys.reduce((share, { nulls }) => share * (1 - nulls), 1);
  const { bytes, isExact } = valuesBytes(keys);
  const header = ENTRY_HEADER + someNull * 8;
  if (isExact) return aligned(header + bytes);
  // Many texts in keys are all of one length, such as hashes; nobody knows whether these are.
  return (aligned(header + bytes) + header + bytes + 3.5) / 2;
}

/** So long may an entry become that holds the places of all rows with one key, while a tree is built. */
const LONGEST_POSTING = 812;
const PLACE = 6;

/** A B-tree as it is built, all levels. */
export function btreeBytes(entries: number, { keys, sharing, fillfactor }: EntryShape): number {
  if (entries === 0) return PAGE;
  const entry = entryBytes(keys);
  const most = Math.max(1, Math.floor((LONGEST_POSTING - entry) / PLACE));
  const together = Math.min(sharing, most);
  const each = together < 2 ? entry + LINE_POINTER : (aligned(entry + together * PLACE) + LINE_POINTER) / together;
  const room = PAGE_ROOM - BTREE_SPECIAL - (PAGE * (100 - fillfactor)) / 100 - (entry + LINE_POINTER);
  const perLeaf = Math.max(1, room / each);
  let pages = Math.ceil(entries / perLeaf);
  let total = 1 + pages;
  const perInner = Math.max(2, (0.7 * PAGE_ROOM) / (entry + LINE_POINTER));
  while (pages > 1) {
    pages = Math.ceil(pages / perInner);
    total += pages;
  }
  return total * PAGE;
}

/** An entry of a hash index, whatever it is of: header, and four bytes of hash. */
export const HASH_ENTRY = 16;
const HASH_FILL = 0.75;
/** From so many doublings on, the number of buckets doubles in four steps (`_hash_spareindex`). */
const DOUBLED_IN_STEPS = 10;

/** A hash index has as many buckets as a doubling gives, of a page each, and two pages of its own. */
export function hashBytes(entries: number): number {
  const perBucket = Math.floor((PAGE * HASH_FILL) / (HASH_ENTRY + LINE_POINTER));
  const wanted = Math.max(2, entries / perBucket);
  const doublings = Math.ceil(Math.log2(wanted));
  const step = 2 ** (doublings < DOUBLED_IN_STEPS ? doublings : doublings - 3);
  return (Math.ceil(wanted / step) * step + 2) * PAGE;
}

/** Header of a record, reference to a block with the file's name, and to a further block of the same file. */
const RECORD = 24;
const BLOCK = 20;
const SAME_FILE_BLOCK = 8;
const MAIN_HEADER = 2;
/** What a log page's own header adds. */
const LOG_PAGES = PAGE / (PAGE - 24);

const record = (bytes: number): number => aligned(RECORD + MAIN_HEADER + bytes) * LOG_PAGES;

/** What is logged of a row beside its header, which is told by five bytes. */
const loggedRow = (row: number): number => 5 + row - ROW_HEADER;

export const logOfInsert = (row: number): number => record(BLOCK + 3 + loggedRow(row));
/** Beside a unique key that may be there already, a row is put in on trial first. */
export const logOfTrial = (): number => record(BLOCK + 2);
/** To another page: the old row is locked first, since there is no room beside it. */
export const logOfMove = (row: number): number => record(BLOCK + SAME_FILE_BLOCK + 14 + loggedRow(row)) + logOfLock();
export const logOfLock = (): number => record(BLOCK + 8);
/** On the same page: what stands before and behind the change is left out. */
export const logOfUpdateInPlace = (changed: number): number => record(BLOCK + 14 + 4 + 5 + changed);
export const logOfDelete = (): number => record(BLOCK + 8);
export const logOfEntry = (entry: number): number => record(BLOCK + 2 + entry);
/** Beside which the first page of the index counts the entries. */
export const logOfHashEntry = (): number => record(BLOCK + 2 + HASH_ENTRY + SAME_FILE_BLOCK);
/** A page of the table from which rows are cleared away that nobody sees any more. */
export const logOfPrune = (rows: number): number => record(BLOCK + 9 + 4 * rows);

/**
 * The whole page, which is logged when it is changed for the first time since a checkpoint, or is new in an index.
 *
 * @param filled how much of it holds something, 0 to 1: the gap in its middle is left out
 */
export const logOfPages = (bytes: number, filled: number): number =>
  (bytes / PAGE) * (PAGE * filled + SAME_FILE_BLOCK + 7) * LOG_PAGES;
