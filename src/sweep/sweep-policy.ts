/** How a sweep behaves towards the other users of the database. All durations are ms. */
export interface SweepPolicy {
  /** How many batches are at work at the same time, each on a connection of its own. */
  readonly workers: number;
  /** How long a batch should take: that long, others wait for its rows. */
  readonly batchMs: number;
  /** A batch that takes longer is rolled back and tried again in parts. */
  readonly batchLimitMs: number;
  /** Longest that a batch waits for rows that others have locked, while others wait for its own. */
  readonly lockTimeoutMs: number;
  /** How long a place that others keep locked is tried again before the sweep ends with `lock_timeout`. */
  readonly lockDeadlineMs: number;
  /** How long a lost connection is opened again before the sweep is left resumable. */
  readonly reconnectDeadlineMs: number;
  /** How many rows may fail and be set aside; one more ends the sweep with `sweep_rows_failed`. */
  readonly setAside: number;
  /** How often the rows that are left are repaired and counted again before `sweep_incomplete`. */
  readonly repairs: number;
  /** How often progress is told. */
  readonly progressMs: number;
}

export const DEFAULT_SWEEP_POLICY: SweepPolicy = {
  // A second one takes as much of the server again; who has the room says so.
  workers: 1,
  // With the wait for rows of others this stays below the 200 ms that a client should ever wait. Beginning, journal row
  // and commit of a batch take 2 to 4 ms, so longer batches would gain little.
  batchMs: 80,
  batchLimitMs: 150,
  lockTimeoutMs: 50,
  lockDeadlineMs: 600_000,
  reconnectDeadlineMs: 60_000,
  setAside: 0,
  repairs: 5,
  progressMs: 1_000,
};
