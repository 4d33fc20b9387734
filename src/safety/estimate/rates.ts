import { RATES } from "../../effects/rates.ts";

/**
 * What seconds are reckoned with until the machine at hand was measured: those by which the planner tells what is brief,
 * and what it has no use for.
 *
 * Of rows that are changed, from `bench/results/backfill.md`: PostgreSQL 18 with its default settings on two cores of a
 * virtual machine, rows of 180 bytes. A whole table takes 5.3 s a million rows with its primary key alone, and 6.7 s to
 * 9.2 s in strides with one to five indexes more; one UPDATE takes 4.5 s more for each. Of rows that come or go: roughly,
 * on the same machine.
 */
export const STEP_RATES = {
  ...RATES,
  /** Rows that are changed, each with its journal and its place on a page. */
  updatedRowsPerSecond: 250e3,
  /** The same in strides, each of which looks at every page. */
  stridedRowsPerSecond: 165e3,
  /** Rows that are locked first, for a trigger that may change them. */
  lockedRowsPerSecond: 400e3,
  deletedRowsPerSecond: 600e3,
  insertedRowsPerSecond: 500e3,
  /** Entries that are put into an index one by one: of the primary key, beside the one before; of others, anywhere. */
  orderedEntriesPerSecond: 1e6,
  insertedEntriesPerSecond: 220e3,
  /** A transaction of a step, from its first message to its commit. */
  secondsOfAStep: 0.006,
  /** Rows of two tables that are held against each other by their keys. */
  comparedRowsPerSecond: 100e3,
  /** Rows that are looked at again by their keys, in batches: measured once, 1.7 million in 1.8 s. */
  keyedRowsPerSecond: 1e6,
  /** Beginning, verifying and recording of a sweep, and its first batches, which are small. */
  secondsOfASweep: 0.12,
  /** A build outside a transaction waits for those who have old snapshots, and is probed before and behind. */
  secondsOfABuild: 0.02,
} as const;

/** What a step logs of catalogs and of the journal, in bytes; whole pages among it, right behind a checkpoint. */
export const STEP_LOG = { step: 24_000, statement: 12_000 } as const;
