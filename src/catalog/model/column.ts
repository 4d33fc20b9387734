import type { Governed, Grant } from "./grant.ts";
import type { Options, QualifiedName, TypeReference } from "./names.ts";
import type { SequenceOptions } from "./sequence.ts";

/** A column of a table, a view, a materialized view or a foreign table. What is absent is at its type's default. */
export interface Column {
  readonly name: string;
  /** Place among the columns that exist, from 1; dropped columns leave no gap. */
  readonly ordinal: number;
  readonly type: TypeReference;
  readonly collation?: QualifiedName;
  /** The expression of a DEFAULT. */
  readonly default?: string;
  readonly identity?: ColumnIdentity;
  readonly generated?: { readonly kind: "stored" | "virtual"; readonly expression: string };
  readonly notNull: boolean;
  /** The constraint behind NOT NULL; servers before 18 have none. */
  readonly notNullConstraint?: NotNullConstraint;
  readonly storage?: ColumnStorage;
  readonly compression?: "pglz" | "lz4";
  readonly statisticsTarget?: number;
  /** Such as `n_distinct`. */
  readonly options?: Options;
  /** Options of a foreign table's column. */
  readonly foreignOptions?: Options;
  /** Defined on this table itself; a column may be local and inherited. */
  readonly local: boolean;
  /** How many direct parents hand it down. */
  readonly inheritedFrom: number;
  readonly grants?: readonly Grant[];
  readonly comment?: string;
}

export type ColumnStorage = "plain" | "external" | "extended" | "main";

export interface ColumnIdentity {
  readonly generation: "always" | "by default";
  /** It belongs to whom the table belongs to. */
  readonly sequence: QualifiedName & SequenceOptions & Omit<Governed, "owner">;
}

export interface NotNullConstraint {
  readonly name: string;
  readonly validated: boolean;
  readonly noInherit: boolean;
  readonly local: boolean;
  readonly inheritedFrom: number;
  readonly comment?: string;
}
