import type { FiringMode } from "./trigger.ts";

/** A rewrite rule, other than the one that makes a view a view. */
export interface Rule {
  readonly name: string;
  /** pg_get_ruledef. */
  readonly definition: string;
  readonly event: "select" | "update" | "insert" | "delete";
  readonly instead: boolean;
  readonly enabled: FiringMode;
  readonly comment?: string;
}
