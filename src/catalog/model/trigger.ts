import type { QualifiedName } from "./names.ts";

/** A trigger of a table or a view. Those that the server makes for constraints are not shown. */
export interface Trigger {
  readonly name: string;
  /** pg_get_triggerdef. */
  readonly definition: string;
  readonly enabled: FiringMode;
  readonly timing: "before" | "after" | "instead of";
  readonly events: readonly ("insert" | "update" | "delete" | "truncate")[];
  readonly level: "row" | "statement";
  /** UPDATE OF. */
  readonly columns: readonly string[];
  readonly function: QualifiedName;
  /** As PostgreSQL prints it between the brackets of WHEN. */
  readonly when?: string;
  /** Transition tables. */
  readonly oldTable?: string;
  readonly newTable?: string;
  /** CREATE CONSTRAINT TRIGGER. */
  readonly constraint: boolean;
  readonly deferrable: boolean;
  readonly initiallyDeferred: boolean;
  /** Made on a partition for a trigger of the partitioned table. */
  readonly inherited: boolean;
  readonly comment?: string;
}

/** When triggers and rules fire, by session_replication_role. */
export type FiringMode = "origin" | "disabled" | "replica" | "always";

export interface EventTrigger {
  readonly name: string;
  readonly event: string;
  /** Command tags it is limited to, sorted; empty: all. */
  readonly tags: readonly string[];
  readonly function: QualifiedName;
  readonly enabled: FiringMode;
  readonly owner: string;
  readonly comment?: string;
}
