/** What the planner may let stop traffic, and what it does with names and data that others may still use. */
export interface OnlinePolicy {
  /** Work under a lock that blocks reads or writes is left as written when it is expected to last no longer, in seconds. */
  readonly briefSeconds: number;
  /** What becomes of tables and columns with rows that are dropped; absent: they go at once. */
  readonly drops?: DropPolicy;
  /** What becomes of the old name of a table with rows; absent: it goes at once. */
  readonly renames?: RenamePolicy;
  /** False: who runs the migrations may not create schemas in this database. */
  readonly mayCreateSchemas?: boolean;
}

/** `quarantine`: out of sight, kept whole until `contract`; `direct`: as written. */
export type DropPolicy = "quarantine" | "direct";

/** `bridge`: the old name works until `contract`; `direct`: as written. */
export type RenamePolicy = "bridge" | "direct";
