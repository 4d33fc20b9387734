import type { QualifiedName } from "./names.ts";

/** What was measured or depends on the server: never part of a fingerprint. */
export interface Facts {
  readonly server: ServerFacts;
  /** Tables and materialized views, by name; absent when facts were not asked for. */
  readonly relations?: readonly RelationFacts[];
}

export interface ServerFacts {
  /** server_version_num, such as 180004. */
  readonly version: number;
  readonly database: string;
  readonly encoding: string;
  /** Settings of the reading session that change what statements do. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface RelationFacts extends QualifiedName {
  /** Estimate of the last VACUUM or ANALYZE; -1 before the first. */
  readonly rows: number;
  readonly heapBytes: number;
  /** All indexes of the relation. */
  readonly indexBytes: number;
  /** The TOAST table with its index. */
  readonly toastBytes: number;
  readonly deadRows: number;
  /** The later of the manual and the automatic one, ISO 8601. */
  readonly lastAnalyze?: string;
  readonly lastVacuum?: string;
  /** Rows written a second while the catalog was read; absent unless sampled. */
  readonly writesPerSecond?: number;
  readonly columns: readonly ColumnFacts[];
  readonly indexes: readonly { readonly name: string; readonly bytes: number }[];
}

export interface ColumnFacts {
  readonly name: string;
  /** 0 to 1; absent without statistics, as are the next two. */
  readonly nullFraction?: number;
  /** As pg_stats.n_distinct: a count, or minus the fraction of the rows. */
  readonly distinct?: number;
  readonly averageWidth?: number;
  /** Rows older than the column take its value from the catalog (atthasmissing): a rewrite clears it. */
  readonly hasMissingValue: boolean;
}
