import type { Effect } from "../../effects/effect.ts";
import { areLong, secondsOfWork } from "../../online/long-work.ts";
import type { Plan, Step } from "../../plan/plan.ts";
import { onlinePolicy, type RunPolicy } from "../../run/policy.ts";
import { statementsOf } from "../planned-locks.ts";

/** A step that may stop readers or writers for longer than the policy lets others wait. */
export interface LongStep {
  readonly migration: string;
  /** From 1. */
  readonly step: number;
  readonly phase: Step["phase"];
  readonly title: string;
  /** Expected; null where nobody can tell. */
  readonly seconds: number | null;
}

/** Those of the plans, in their order. */
export const longSteps = (plans: readonly Plan[], policy: RunPolicy): readonly LongStep[] =>
  plans.flatMap(({ migration, steps }) =>
    steps.flatMap((step, ordinal) => {
      const seconds = longTime(step, policy);
      const { phase, title } = step;
      return seconds === undefined ? [] : [{ migration, step: ordinal + 1, phase, title, seconds }];
    }),
  );

/**
 * How long a step works while it stops others, in seconds; null where nobody can tell, as of functions of the author's;
 * undefined where it is brief, or stops nobody.
 */
export function longTime(step: Step, policy: RunPolicy): number | null | undefined {
  if (step.kind === "sweep") return undefined;
  if (step.kind === "script") return null;
  const statements = statementsOf(step);
  if (statements.some(({ effects }) => effects === undefined)) return null;
  const effects = statements.flatMap((statement) => statement.effects ?? []);
  if (!effects.some(stopsOthers) || !areLong(effects, { policy: onlinePolicy(policy) })) return undefined;
  const seconds = secondsOfWork(effects);
  return Number.isFinite(seconds) ? seconds : null;
}

const stopsOthers = ({ isNew, blocks }: Effect): boolean => !isNew && (blocks.reads || blocks.writes);
