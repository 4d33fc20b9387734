import type { Direction, Step } from "../plan/plan.ts";
import type { AttemptOutcome } from "./attempt-outcome.ts";

/** A step that is about to run. */
export interface WatchedStep {
  readonly step: Step;
  readonly run: number;
  readonly migration: string;
  readonly direction: Direction;
  /** From 0, as in the journal. */
  readonly ordinal: number;
}

/**
 * Stands around each step of a run: it calls `run`, and may look at the database before and behind. Steps run one by one
 * then, each in a transaction of its own.
 */
export type StepWatch = (step: WatchedStep, run: () => Promise<AttemptOutcome>) => Promise<AttemptOutcome>;
