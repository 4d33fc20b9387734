import type { GatePhase } from "../../config/gate-config.ts";
import type { Direction, Plan, Step } from "../../plan/plan.ts";

/** Taking back is a phase of its own, whatever its steps are. */
export const phaseOf = ({ phase }: Pick<Step, "phase">, direction: Direction): GatePhase =>
  direction === "down" ? "down" : direction === "contract" ? "contract" : phase;

/** A plan without steps is a decision all the same: it is recorded as in force, or as taken back. */
export function phasesOf(plans: readonly Plan[], direction: Direction): ReadonlySet<GatePhase> {
  const phases = plans.flatMap(({ steps }) => steps.map((step) => phaseOf(step, direction)));
  return new Set(phases.length > 0 ? phases : [phaseOf({ phase: "expand" }, direction)]);
}
