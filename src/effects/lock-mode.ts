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

const RANKS = Object.fromEntries(LOCK_MODES.map((mode, rank) => [mode, rank])) as Readonly<Record<LockMode, number>>;

/** By the order of `LOCK_MODES`, which is how PostgreSQL's code orders them; SHARE and SHARE UPDATE EXCLUSIVE conflict. */
export const strongerLock = (one: LockMode, other: LockMode): LockMode => (RANKS[one] >= RANKS[other] ? one : other);

export const isAtLeast = (lock: LockMode, floor: LockMode): boolean => RANKS[lock] >= RANKS[floor];

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
export const blocksOf = (lock: LockMode): Blocks => BLOCKS[lock];

const BLOCKS = Object.fromEntries(
  LOCK_MODES.map((lock): [LockMode, Blocks] => {
    const keptOut = CONFLICTS[lock];
    return [
      lock,
      {
        reads: keptOut.includes("ACCESS SHARE"),
        writes: keptOut.includes("ROW EXCLUSIVE"),
        rowLocks: keptOut.includes("ROW SHARE"),
        ddl: keptOut.includes("SHARE UPDATE EXCLUSIVE"),
      },
    ];
  }),
) as Readonly<Record<LockMode, Blocks>>;
