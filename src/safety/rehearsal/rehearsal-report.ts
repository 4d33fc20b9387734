import type { CheckResult } from "../../checks/run-checks.ts";
import type { LeftOut } from "../../desired/schema-source.ts";
import type { Place } from "../../errors/lockkeeper-error.ts";
import type { Direction } from "../../plan/plan.ts";
import type { ChangedObject } from "../../run/drift/told-changes.ts";
import type { FilledTables } from "../../trace/rows/fill-tables.ts";
import type { Sides } from "../../trace/trace-report.ts";
import type { Binding } from "../binding.ts";
import type { Expectation, StepEstimate } from "../estimate/estimate.ts";
import type { MeasuredStep, Measurements } from "../estimate/measured-step.ts";
import type { DataDifference } from "./data-picture.ts";
import type { LoadReport } from "./load/load-report.ts";

/** Where the copy came from: `made` is an embedded server with a schema and seeds, as in a pull request. */
export type CopyKind = "backup" | "clone" | "prepared" | "made";

/** What a rehearsal does, in its order. */
export type StageName =
  | "copy"
  | "prepare"
  | "plan"
  | "checks before"
  | "run"
  | "checks after"
  | "undo"
  | "compare"
  | "run again"
  | "contract";

export interface RehearsalStage {
  readonly name: StageName;
  readonly outcome: "done" | "failed" | "skipped";
  readonly ms: number;
  /** Why it was skipped. */
  readonly reason?: string;
}

/** Something that would go wrong on production, or that nobody foresaw. */
export interface RehearsalFinding {
  readonly stage: StageName;
  /** `error`: the rehearsal did not hold. */
  readonly severity: "error" | "warning";
  /** A code of the catalogue of errors, or what was compared. */
  readonly code: string;
  readonly sqlState?: string;
  /** A whole sentence. */
  readonly message: string;
  readonly step?: { readonly migration: string; readonly step: number; readonly title: string };
  readonly at?: Place;
  /** `public.orders`, `table:public.orders`: what it is about. */
  readonly object?: string;
  /** Rows that offend, some of them. */
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
  /** What to do. */
  readonly action: string;
}

/** A lock and the work on one relation, as foreseen and as seen. */
export interface SeenRelation {
  readonly relation: string;
  readonly lock?: Sides;
  /** What others cannot do meanwhile, by the lock that was seen: `reads and writes`, `writes`, `nothing`. */
  readonly blocks?: string;
  readonly works?: Sides;
}

export interface RehearsedStep extends MeasuredStep {
  readonly direction: Direction;
  /** Which of the runs it belongs to. */
  readonly pass: "run" | "undo" | "run again" | "contract";
  readonly sql: readonly string[];
  /** Rows that it went over, as far as the runner counted them; null where nobody did. */
  readonly rows: number | null;
  readonly attempts: number;
  readonly lockWaitMs: number;
  readonly relations: readonly SeenRelation[];
}

export interface RehearsalReport {
  readonly format: 1;
  readonly held: boolean;
  /** ISO 8601. */
  readonly at: string;
  readonly source: { readonly kind: CopyKind; readonly of: string };
  /** server_version_num of the copy. */
  readonly serverVersion: number;
  /** For which it holds; null where there was nothing to plan. */
  readonly binding: Binding | null;
  readonly migrations: readonly string[];
  readonly stages: readonly RehearsalStage[];
  readonly findings: readonly RehearsalFinding[];
  readonly steps: readonly RehearsedStep[];
  readonly measurements: Measurements;
  readonly checks: { readonly before: readonly CheckResult[]; readonly after: readonly CheckResult[] };
  /** What is otherwise behind the way back than it was at the start. */
  readonly differences: { readonly schema: readonly ChangedObject[]; readonly data: readonly DataDifference[] };
  readonly load: LoadReport | null;
  /** What the same is expected to take on production, calibrated by what was measured; null without a production. */
  readonly production: { readonly steps: readonly StepEstimate[]; readonly total: Expectation } | null;
  readonly masked: readonly string[];
  readonly sampled: readonly { readonly table: string; readonly percent: number; readonly rows: number }[];
  readonly filled: FilledTables | null;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}
