import { count } from "../../errors/count.ts";
import { goesOn, nothingPending } from "./asked-before.ts";
import type { ReleaseSight } from "./release.ts";
import type { Stage } from "./stage.ts";

/** What would run is known; whoever has to confirm that data goes, does it before hours of work. */
export const planStage = (sight: ReleaseSight): Stage => {
  const { plans } = sight.foreseen;
  const steps = plans.reduce((sum, { steps: { length } }) => sum + length, 0);
  const ids = plans.map(({ migration }) => migration).join(", ");
  const planned = `${count(plans.length, "migration")} in ${count(steps, "step")}: ${ids}.`;
  const message = [planned, goesOn(sight) ?? []].flat().join(" ");
  return {
    name: "plan",
    intent: "What is pending is planned.",
    preview: async () => message,
    standing: async () => nothingPending(sight),
    async run() {
      await sight.confirm(plans);
      return { held: true, message };
    },
  };
};
