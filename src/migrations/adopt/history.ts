import type { ForeignLayout } from "../layouts/layout.ts";

/** Sends one query and returns its rows. Adoption only ever sends SELECTs. */
export type Query = (sql: string, params?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;

/** A history table of another tool. */
export interface HistoryTable {
  readonly tool: ForeignLayout;
  readonly schema: string;
  readonly table: string;
}

/** What another tool recorded about one migration, after rows that cancel each other are taken together. */
export interface HistoryRow {
  /** The tool's own name of the migration, in the form of {@link LayoutFile.key}. */
  readonly key: string;
  readonly state: "applied" | "failed";
  /**
   * What the row says was applied: its migration, every migration up to it, or all it stands on. A `baseline` says
   * the same as `up-to`, but needs no file of its own.
   */
  readonly covers: "itself" | "up-to" | "ancestors" | "baseline";
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
  /** ISO 8601; without a zone where the tool stores none. Absent where it stores no time. */
  readonly appliedAt?: string;
  /** Counts the rows in the order in which the tool wrote them, from 0; absent where that is not recorded. */
  readonly order?: number;
}

export type ChecksumAlgorithm = "sha256" | "sha1" | "crc32";

export interface ToolHistory extends HistoryTable {
  readonly rows: readonly HistoryRow[];
}
