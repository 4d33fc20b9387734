/**
 * What the expected seconds are reckoned with, until a rehearsal measures the machine at hand.
 *
 * Roughly measured on two cores of a virtual machine with a local disk, PostgreSQL 18 with its default settings, tables
 * of a few million rows of about 100 bytes.
 */
export const RATES = {
  readBytesPerSecond: 400e6,
  writtenBytesPerSecond: 100e6,
  /** A CHECK or NOT NULL looked at row by row. */
  checkedRowsPerSecond: 8e6,
  /** Rows of the referencing table joined with the referenced one. */
  validatedRowsPerSecond: 1.5e6,
  /** Rows sorted and written into a B-tree of one column. */
  indexedRowsPerSecond: 1.5e6,
  bytesOfAnIndexEntry: 24,
  /** For a table that was never analysed. */
  bytesOfARow: 100,
} as const;
