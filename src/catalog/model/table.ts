import type { Column } from "./column.ts";
import type { Constraint } from "./constraint.ts";
import type { Governed } from "./grant.ts";
import type { Options, QualifiedName } from "./names.ts";
import type { Policy } from "./policy.ts";
import type { Rule } from "./rule.ts";
import type { TableIndex } from "./table-index.ts";
import type { Trigger } from "./trigger.ts";

export interface Table extends QualifiedName, Governed {
  readonly kind: "ordinary" | "partitioned" | "foreign";
  readonly persistence: "permanent" | "unlogged" | "temporary";
  /** Absent where the kind has no storage. */
  readonly accessMethod?: string;
  /** Absent: the database's own. */
  readonly tablespace?: string;
  /** Storage parameters; those of the TOAST table begin with `toast.`. */
  readonly options?: Options;
  /** CREATE TABLE … OF type. */
  readonly ofType?: QualifiedName;
  /** Inheritance parents in their order; a partition's parent is in `partitionOf`. */
  readonly inherits: readonly QualifiedName[];
  readonly partitioning?: Partitioning;
  readonly partitionOf?: PartitionOf;
  readonly foreign?: { readonly server: string; readonly options: Options };
  /** `index`: the one whose `replicaIdentity` is set. */
  readonly replicaIdentity: "default" | "nothing" | "full" | "index";
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly TableIndex[];
  readonly triggers: readonly Trigger[];
  readonly rules: readonly Rule[];
  readonly policies: readonly Policy[];
}

export interface Partitioning {
  readonly strategy: "range" | "list" | "hash";
  /** Behind PARTITION BY: `RANGE (lower(name), at)`. */
  readonly definition: string;
  /** The key's columns; null stands for an expression. */
  readonly columns: readonly (string | null)[];
}

export interface PartitionOf {
  readonly parent: QualifiedName;
  /** `FOR VALUES …` or `DEFAULT`. */
  readonly bound: string;
  /** A DETACH … CONCURRENTLY was begun and not finished. */
  readonly detachPending: boolean;
}
