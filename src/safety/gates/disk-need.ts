import type { Effect } from "../../effects/effect.ts";
import type { Plan } from "../../plan/plan.ts";
import { statementsOf } from "../planned-locks.ts";

/** Work that writes a second copy of what it works on, or something beside it. */
const WRITES: ReadonlySet<Effect["work"]> = new Set(["index-build", "index-rebuild", "rewrite"]);

/**
 * Bytes that the plans may take at most while they run: everything that is written anew, as if nothing of what it
 * replaces were given back meanwhile. Undefined where a size is not known.
 */
export function diskNeed(plans: readonly Plan[]): number | undefined {
  const written = plans
    .flatMap(({ steps }) => steps.flatMap(statementsOf))
    .flatMap(({ effects = [] }) => effects.filter(({ work, isNew }) => WRITES.has(work) && !isNew));
  return written.reduce<number | undefined>(
    (sum, { bytes }) => (sum === undefined || bytes === undefined ? undefined : sum + bytes),
    0,
  );
}
