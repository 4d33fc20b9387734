import type { Governed } from "./grant.ts";
import type { QualifiedName } from "./names.ts";

/** The numbers are text: they span 64 bits. */
export interface SequenceOptions {
  readonly type: "smallint" | "integer" | "bigint";
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: string;
  readonly cycle: boolean;
  /** PostgreSQL 15 and newer follow their table; `temporary` ones are in the session's own schema. */
  readonly persistence: "permanent" | "unlogged" | "temporary";
}

/** A sequence of its own. The sequence of an identity column stands with the column. */
export interface Sequence extends QualifiedName, SequenceOptions, Governed {
  /** OWNED BY: dropped with this column. */
  readonly ownedBy?: { readonly schema: string; readonly table: string; readonly column: string };
}
