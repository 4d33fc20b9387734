import { strongerLock } from "../../effects/lock-mode.ts";
import { secondsInWords } from "../../effects/numbers-in-words.ts";
import type { Phase, Plan, Step } from "../../plan/plan.ts";
import { blocksInWords, stepSeconds, strongestLocks } from "../planned-locks.ts";

/** A step of one of the plans, with what is expected of it. */
export interface RunbookStep {
  readonly migration: string;
  /** From 1. */
  readonly number: number;
  readonly step: Step;
  readonly phase: Phase;
  /** Undefined where a size is not known. */
  readonly seconds: number | undefined;
  /** The strongest locks on what others use: `ACCESS EXCLUSIVE on orders`. */
  readonly locks: readonly string[];
  /** What the strongest of them keeps out; null where nothing others use is locked. */
  readonly blocks: string | null;
}

/** All steps up to contract, in the order in which they run. */
export const stepsOf = (plans: readonly Plan[]): readonly RunbookStep[] =>
  plans.flatMap((plan) => plan.steps.map((step, index) => stepOf(plan, step, index)));

/** Those that contract runs. */
export const contractSteps = (plans: readonly Plan[]): readonly RunbookStep[] =>
  plans.flatMap(({ contract = [], ...plan }) =>
    contract.map((step, index) => stepOf({ ...plan, steps: contract }, step, index)),
  );

function stepOf(plan: Plan, step: Step, index: number): RunbookStep {
  const locks = strongestLocks({ ...plan, steps: [step] }) ?? [];
  const [first, ...others] = locks;
  const strongest = others.reduce(
    (one, other) => (other.lock === strongerLock(one?.lock ?? other.lock, other.lock) ? other : one),
    first,
  );
  return {
    migration: plan.migration,
    number: index + 1,
    step,
    phase: step.phase,
    seconds: stepSeconds(step),
    locks: locks.map(({ lock, relation }) => `${lock} on ${relation}`),
    blocks: strongest === undefined ? null : blocksInWords(strongest.blocks),
  };
}

export const secondsText = (seconds: number | undefined): string =>
  seconds === undefined ? "unknown" : seconds === 0 ? "a moment" : secondsInWords(seconds);
