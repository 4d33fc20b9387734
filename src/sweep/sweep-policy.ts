/** How a sweep behaves towards the other users of the database. All durations are ms; what is absent is not looked at. */
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
  /** How often the load of the server is looked at. */
  readonly lookMs: number;
  /** Rest behind each batch, as a multiple of the time that it took: 1 leaves half of the time to others. */
  readonly nice: number;
  /** How many times as long transactions of others may take while the sweep is at work: it rests until that holds. */
  readonly slowdown?: number;
  /** Batches are done only between these times of day. */
  readonly window?: SweepWindow;
  /** A replica that is farther behind holds the sweep: in bytes of WAL not replayed, and in time. */
  readonly replicaLagBytes?: number;
  readonly replicaLagMs?: number;
  /** `application_name` of replicas that may be as far behind as they like. */
  readonly ignoredReplicas: readonly string[];
  /** All WAL of the server, in bytes per second: the sweep rests so that it stays below, as far as that lies with it. */
  readonly walBytesPerSecond?: number;
  /** WAL that waits to be archived, in bytes. */
  readonly archiveBacklogBytes?: number;
  /** How long a vacuum of the table is waited for; then both work. 0: not at all. */
  readonly vacuumMs: number;
  /** Sessions of others that work at the same time. */
  readonly activeSessions?: number;
  /** Sessions of others that wait for locks of the sweep. */
  readonly waitingSessions?: number;
  /** SQL: holds the sweep while its first value is true, or a number other than 0, or a text, which is shown. */
  readonly holdQuery?: string;
}

/** A time of day is `HH:MM`; a window that ends before it begins lasts over midnight. */
export interface SweepWindow {
  readonly from: string;
  readonly to: string;
  /** Such as `Europe/Berlin`; absent: UTC. */
  readonly timeZone?: string;
}

export const DEFAULT_SWEEP_POLICY: SweepPolicy = {
  // A second one takes as much of the server again; who has the room says so.
  workers: 1,
  // With the wait for rows of others this stays below the 200 ms that a client should ever wait. Beginning, journal row
  // and commit of a batch take 2 to 4 ms, so longer batches would gain little.
  batchMs: 80,
  batchLimitMs: 150,
  lockTimeoutMs: 50,
  // As long as a step tries for its locks.
  lockDeadlineMs: 600_000,
  reconnectDeadlineMs: 60_000,
  setAside: 0,
  // Each finds at most what others did while the one before it was at work: two are the usual number.
  repairs: 5,
  progressMs: 1_000,
  // The questions take the lock table's locks for a moment, and loads change within seconds.
  lookMs: 1_000,
  nice: 0,
  // What users hardly notice. A server with room to spare is not slowed down at all, and the sweep does not rest.
  slowdown: 1.5,
  // Readers of a replica see data that old; a replica that is delayed on purpose is ignored by name.
  replicaLagMs: 10_000,
  // A few seconds of a fast network: more would fill the primary's disk.
  replicaLagBytes: 256 * 1024 * 1024,
  ignoredReplicas: [],
  // 64 segments: an archive that does not keep up ends in a full disk.
  archiveBacklogBytes: 1024 * 1024 * 1024,
  // Most vacuums are done by then, and leave room for the sweep; the long ones of large tables would hold it for hours.
  vacuumMs: 60_000,
  // Waits of a batch's length are few and short; many at a time mean that the sweep is where everybody writes.
  waitingSessions: 8,
};
