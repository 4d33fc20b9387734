/** The lock modes of relations, weakest first, as `pg_locks.mode` and the documentation name them. */
export const LOCK_MODES = [
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;

export type LockMode = (typeof LOCK_MODES)[number];

/**
 * Which modes a mode keeps out. Source: PostgreSQL documentation, "Explicit Locking", table 13.2 (`LockConflicts` in
 * `src/backend/storage/lmgr/lock.c`).
 */
const CONFLICTS: Readonly<Record<LockMode, readonly LockMode[]>> = {
  "ACCESS SHARE": ["ACCESS EXCLUSIVE"],
  "ROW SHARE": ["EXCLUSIVE", "ACCESS EXCLUSIVE"],
  "ROW EXCLUSIVE": ["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"],
  "SHARE UPDATE EXCLUSIVE": ["SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"],
  SHARE: ["ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"],
  "SHARE ROW EXCLUSIVE": [
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
  ],
  EXCLUSIVE: [
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
  ],
  "ACCESS EXCLUSIVE": LOCK_MODES,
};

const conflicts = (one: LockMode, other: LockMode): boolean => CONFLICTS[one].includes(other);

/** By the order of `LOCK_MODES`, which is how PostgreSQL's code orders them; SHARE and SHARE UPDATE EXCLUSIVE conflict. */
export const strongerLock = (one: LockMode, other: LockMode): LockMode =>
  LOCK_MODES.indexOf(one) >= LOCK_MODES.indexOf(other) ? one : other;

export const isAtLeast = (lock: LockMode, floor: LockMode): boolean =>
  LOCK_MODES.indexOf(lock) >= LOCK_MODES.indexOf(floor);

/** What other sessions cannot do to a table meanwhile. */
export interface Blocks {
  /** SELECT. */
  readonly reads: boolean;
  /** INSERT, UPDATE, DELETE, MERGE. */
  readonly writes: boolean;
  /** SELECT … FOR UPDATE / SHARE, and with it the checks of foreign keys that refer to the table. */
  readonly rowLocks: boolean;
  /** The weakest DDL, VACUUM and ANALYZE: what takes SHARE UPDATE EXCLUSIVE. */
  readonly ddl: boolean;
}

/** What a lock on a table keeps out. */
export const blocksOf = (lock: LockMode): Blocks => ({
  reads: conflicts(lock, "ACCESS SHARE"),
  writes: conflicts(lock, "ROW EXCLUSIVE"),
  rowLocks: conflicts(lock, "ROW SHARE"),
  ddl: conflicts(lock, "SHARE UPDATE EXCLUSIVE"),
});
