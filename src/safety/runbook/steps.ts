import { strongerLock } from "../../effects/lock-mode.ts";
import { secondsInWords } from "../../effects/numbers-in-words.ts";
import type { Plan, Step } from "../../plan/plan.ts";
import type { PlanEstimate, SecondsRange } from "../estimate/estimate.ts";
import { blocksInWords, type PlannedLock, strongestLocks } from "../planned-locks.ts";
import type { RunbookFacts, SizedEstimates } from "./facts.ts";

/** A step of one of the plans, with what is expected of it. */
export interface RunbookStep {
  readonly migration: string;
  /** From 1. */
  readonly number: number;
  readonly step: Step;
  readonly seconds: SecondsRange;
  /** The strongest locks on what others use: `ACCESS EXCLUSIVE on orders`. */
  readonly locks: readonly string[];
  /** What the strongest of them keeps out; null where nothing others use is locked. */
  readonly blocks: string | null;
}

/** The steps up to contract, in the order in which they run. */
export const stepsOf = ({ plans, estimates }: RunbookFacts, sized = estimates[0]): readonly RunbookStep[] =>
  plans.flatMap((plan) => stepsOfPlan(plan, sized?.up));

/** Those that contract runs. */
export const contractSteps = ({ plans, estimates }: RunbookFacts, sized = estimates[0]): readonly RunbookStep[] =>
  contractPlans(plans).flatMap((plan) => stepsOfPlan(plan, sized?.contract));

/** What contract runs of each plan that leaves something for it. */
export const contractPlans = (plans: readonly Plan[]): readonly Plan[] =>
  plans.flatMap(({ contract, ...plan }): readonly Plan[] =>
    contract === undefined ? [] : [{ ...plan, direction: "contract", steps: contract }],
  );

/** Both, as they are expected on a database of that size. */
export const sizedSteps = (facts: RunbookFacts, sized: SizedEstimates): readonly RunbookStep[] => [
  ...stepsOf(facts, sized),
  ...contractSteps(facts, sized),
];

const NO_TIME: SecondsRange = { low: 0, likely: 0, high: 0 };

function stepsOfPlan(plan: Plan, estimates: readonly PlanEstimate[] = []): readonly RunbookStep[] {
  const own = estimates.find(({ migration }) => migration === plan.migration);
  return plan.steps.map((step, index) => {
    const locks = strongestLocks({ ...plan, steps: [step] }) ?? [];
    const strongest = strongestOf(locks);
    return {
      migration: plan.migration,
      number: index + 1,
      step,
      seconds: own?.steps[index]?.estimate.seconds ?? NO_TIME,
      locks: locks.map(({ lock, relation }) => `${lock} on ${relation}`),
      blocks: strongest === undefined ? null : blocksInWords(strongest.blocks),
    };
  });
}

const strongestOf = (locks: readonly PlannedLock[]): PlannedLock | undefined =>
  locks.reduce<PlannedLock | undefined>(
    (one, other) => (one === undefined || strongerLock(one.lock, other.lock) === other.lock ? other : one),
    undefined,
  );

export const together = (ranges: readonly SecondsRange[]): SecondsRange =>
  ranges.reduce(
    (sum, { low, likely, high }) => ({ low: sum.low + low, likely: sum.likely + likely, high: sum.high + high }),
    NO_TIME,
  );

/** `about 4 minutes (2 to 10 minutes)`; below a second there is nothing to tell apart. */
export function rangeInWords({ low, likely, high }: SecondsRange): string {
  const words = secondsInWords(likely);
  return high < 1 ? words : `${words} (${shortly(low)} to ${shortly(high)})`;
}

const shortly = (seconds: number): string => secondsInWords(seconds).replace(/^about /, "");
