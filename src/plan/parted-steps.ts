import type { Plan, Step } from "./plan.ts";

/** What waits for `lockkeeper contract`, apart from what runs now. A migration that is itself the contract waits for none. */
export function parted(steps: readonly Step[], isContract: boolean): Pick<Plan, "steps" | "contract"> {
  const later = isContract ? [] : steps.filter(({ phase }) => phase === "contract");
  return later.length === 0 ? { steps } : { steps: steps.filter((step) => !later.includes(step)), contract: later };
}
