import type { Options, QualifiedName } from "./names.ts";

/** An index of a table or a materialized view, in the schema of its relation. */
export interface TableIndex {
  readonly name: string;
  readonly method: string;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly primary: boolean;
  readonly keys: readonly IndexKey[];
  /** INCLUDE. */
  readonly include: readonly string[];
  /** WHERE of a partial index. */
  readonly predicate?: string;
  readonly options?: Options;
  readonly tablespace?: string;
  /** The index of a partitioned table: it has no rows of its own. */
  readonly partitioned: boolean;
  /** On a partition: the partitioned index that this one is attached to. */
  readonly parent?: QualifiedName;
  /** The constraint of the same table that this index backs. */
  readonly constraint?: string;
  /** False: queries do not use it, as after a failed CREATE INDEX CONCURRENTLY. */
  readonly valid: boolean;
  /** False: writes do not maintain it yet. */
  readonly ready: boolean;
  readonly replicaIdentity: boolean;
  readonly clustered: boolean;
  /** pg_get_indexdef. Says nothing that the other fields do not say. */
  readonly definition: string;
  readonly comment?: string;
}

export type IndexKey = IndexKeyDetails & ({ readonly column: string } | { readonly expression: string });

interface IndexKeyDetails {
  readonly opclass: QualifiedName;
  readonly opclassOptions?: Options;
  /** For a column, only when it is not the column's own. */
  readonly collation?: QualifiedName;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly statisticsTarget?: number;
}
