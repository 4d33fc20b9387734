import type { Phase, Step } from "../../plan/plan.ts";

/** What a step takes, expected or measured. What is absent is not known, or was not measured. */
export interface Amounts {
  /** Without the waiting for locks. */
  readonly seconds?: number;
  readonly walBytes?: number;
  /** Written into temporary files, such as those of a sort. */
  readonly tempBytes?: number;
  /** By how much the database is larger behind it; less than 0 where it is smaller. */
  readonly diskGrowthBytes?: number;
  /** By how much it is larger at most while the step is at work, temporary files included. */
  readonly diskPeakBytes?: number;
}

/** What is done to the rows of one relation. */
export interface StepWork {
  readonly kind: "scan" | "validate" | "index-build" | "rewrite" | "update" | "delete" | "insert";
  /** `schema.name`, not quoted. */
  readonly relation: string;
  readonly rows: number;
  /** Of the relation without its indexes, before the step. */
  readonly bytes: number;
}

/** A step by which it is found again. */
export interface StepName {
  readonly migration: string;
  /** From 1. */
  readonly step: number;
  readonly title: string;
  readonly kind: Step["kind"];
  readonly phase: Phase;
}

/** A step that ran: what was expected of it where it ran, and what it took there. */
export interface MeasuredStep extends StepName {
  readonly works: readonly StepWork[];
  /** By the model alone, of the sizes of the database in which it ran, before it ran. */
  readonly expected: Amounts;
  readonly measured: Amounts;
}

/**
 * What estimates are calibrated with. The report of a rehearsal (evidence of the kind `rehearsal`) holds one as
 * `measurements`.
 */
export interface Measurements {
  /** server_version_num, such as 180004. */
  readonly serverVersion: number;
  /** Settings that change what steps take. */
  readonly settings: Readonly<Record<string, string>>;
  readonly steps: readonly MeasuredStep[];
}
