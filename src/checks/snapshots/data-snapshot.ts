/** What stands in a file of `verify --snapshot`. */
export const SNAPSHOT_FORMAT = 1;

/** What the rows of a database come to at one moment: numbers and hashes, no values of texts. */
export interface DataSnapshot {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly database: string;
  /** server_version_num, such as 180004; hashes are those of its major. */
  readonly serverVersion: number;
  /** By the server's clock, ISO 8601. */
  readonly takenAt: string;
  readonly tables: readonly TableSnapshot[];
  /** Tables that could not be read, and why. */
  readonly unread: readonly { readonly table: string; readonly reason: string }[];
}

export interface TableSnapshot {
  /** As SQL names it, with its schema. */
  readonly table: string;
  readonly rows: number;
  /** Columns by which rows are divided into groups; none: all rows are one group. */
  readonly key: readonly string[];
  /** For each group of rows, by the hash of the key: how many, and the sum of the hashes of their keys. */
  readonly groups: readonly { readonly rows: number; readonly keys: string }[];
  readonly columns: readonly ColumnSnapshot[];
}

export interface ColumnSnapshot {
  readonly name: string;
  /** As SQL says it. */
  readonly type: string;
  readonly nulls: number;
  /** Of numbers and times. */
  readonly min: string | null;
  readonly max: string | null;
  /** Of whole and decimal numbers. */
  readonly sum: string | null;
  /** For each group, the sum of the hashes of what the column holds. */
  readonly hashes: readonly string[];
}
