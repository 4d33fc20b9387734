/**
 * What the expected seconds are reckoned with, until a rehearsal measures the machine at hand.
 *
 * Measured once, roughly: PostgreSQL 18 with its default settings on two cores of a virtual machine, 3 million rows of 117
 * bytes in the page cache. Reading is not from there, but what a common network disk gives: large tables are not cached.
 */
export const RATES = {
  readBytesPerSecond: 400e6,
  /** A new heap with its WAL. */
  writtenBytesPerSecond: 150e6,
  /** A CHECK or NOT NULL looked at row by row: 11 million. */
  checkedRowsPerSecond: 10e6,
  /** Rows of the referencing table joined with the referenced one: 3 million. */
  validatedRowsPerSecond: 3e6,
  /** Rows sorted and written into a B-tree of one integer: 1.5 million in no order, 2.4 million in order. */
  indexedRowsPerSecond: 1.5e6,
  bytesOfAnIndexEntry: 22,
  /** For a table that was never analysed. */
  bytesOfARow: 100,
} as const;
