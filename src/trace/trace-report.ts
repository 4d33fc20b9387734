import type { LeftOut } from "../desired/schema-source.ts";
import type { RelationKind } from "../effects/effect.ts";
import type { Phase, StepPlace } from "../plan/plan.ts";
import type { ScratchPlace } from "../postgres/scratch-database.ts";
import type { FilledTables } from "./rows/fill-tables.ts";

/** What was foreseen and what was seen, in words. */
export interface Sides {
  readonly predicted: string;
  readonly observed: string;
  readonly differs: boolean;
}

/** What a statement did to a relation that was there before it. Parts that came to nothing, as foreseen, are left out. */
export interface TracedRelation {
  /** `schema.name`, not quoted. */
  readonly relation: string;
  readonly kind: RelationKind;
  /** A lock mode, or `none`: also where an index has a lock that keeps nobody out. */
  readonly lock?: Sides;
  /** What other sessions could not do meanwhile: `nothing`, `reads`, `writes`, `reads and writes`. */
  readonly blocks?: Sides;
  /** `read` (scan or validate), `index-build`, `index-rebuild`, `rewrite`, in a list with commas; empty for none. */
  readonly works?: Sides;
}

export interface TracedFailure {
  readonly sqlState: string;
  readonly message: string;
  /** Ways to fail with this SQLSTATE that were foreseen. */
  readonly foreseen: readonly string[];
}

export interface TracedStatement {
  readonly sql: string;
  /** What the author wrote, where the planner put this in its place. */
  readonly insteadOf?: string;
  readonly at: StepPlace;
  readonly outcome: "done" | "failed" | "skipped" | "not run";
  /** Why it was skipped. */
  readonly reason?: string;
  readonly failure?: TracedFailure;
  /** How long it ran, ms, without what it was held up for being looked at; null when it did not run. */
  readonly ms: number | null;
  readonly relations: readonly TracedRelation[];
  /** What the prediction does not cover: where there is any, what was seen beside it is no difference. */
  readonly unchecked: readonly string[];
  /** False: locks that were held for a moment went unseen, and so did reading. */
  readonly isComplete: boolean;
  readonly differences: number;
}

export interface TracedStep {
  /** From 1. */
  readonly step: number;
  readonly phase: Phase;
  readonly kind: string;
  readonly title: string;
  /** Why its transaction could not be committed, or why the step was not run. */
  readonly reason?: string;
  readonly outcome: TracedStatement["outcome"];
  readonly statements: readonly TracedStatement[];
}

export interface TraceReport {
  readonly migration: string;
  readonly file: string;
  /** server_version_num. */
  readonly serverVersion: number;
  readonly place: ScratchPlace;
  /** Why other places gave no scratch database. */
  readonly passedOver: readonly string[];
  /** Of the schema: what reaches beyond its database. */
  readonly leftOut: readonly LeftOut[];
  readonly rows: FilledTables;
  readonly steps: readonly TracedStep[];
  /** Where prediction and observation differ. */
  readonly differences: number;
  /** All that could be run was run, and nothing failed. */
  readonly isWhole: boolean;
}
