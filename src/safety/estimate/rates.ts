import { RATES } from "../../effects/rates.ts";

/**
 * What seconds are reckoned with until the machine at hand was measured: those by which the planner tells what is brief,
 * and what it has no use for.
 *
 * Measured by `scripts/estimate-accuracy.ts` as CPU time of the server's processes: PostgreSQL 18 with its default
 * settings on two cores of a virtual machine, tables in the page cache.
 */
export const STEP_RATES = {
  ...RATES,
  /** Rows that a sweep changes, each with its journal and its place on a page. */
  updatedRowsPerSecond: 250e3,
  deletedRowsPerSecond: 700e3,
  insertedRowsPerSecond: 500e3,
  /** Entries that are put into the indexes of a table, one by one. */
  insertedEntriesPerSecond: 700e3,
  /** A transaction of a step, from its first message to its commit. */
  secondsOfAStep: 0.006,
  /** Beginning, verifying and recording of a sweep. */
  secondsOfASweep: 0.04,
  /** A build outside a transaction waits for those who have old snapshots, and is probed before and behind. */
  secondsOfABuild: 0.02,
} as const;

/** What a step logs of catalogs and of the journal, in bytes; whole pages among it, right behind a checkpoint. */
export const STEP_LOG = { step: 24_000, statement: 12_000 } as const;
