import { count } from "../../errors/count.ts";
import type { ReleaseSight } from "./release.ts";
import type { Stage } from "./stage.ts";

/** What would run is known; whoever has to confirm that data goes, does it before hours of work. */
export const planStage = ({ foreseen: { plans, begun }, confirm }: ReleaseSight): Stage => {
  const steps = plans.reduce((sum, { steps: { length } }) => sum + length, 0);
  const ids = plans.map(({ migration }) => migration).join(", ");
  const goesOn = begun.length === 0 ? "" : ` ${begun.join(", ")} has begun, and goes on.`;
  const message = `${count(plans.length, "migration")} in ${count(steps, "step")}: ${ids}.${goesOn}`;
  return {
    name: "plan",
    intent: "What is pending is planned.",
    preview: async () => message,
    standing: async () => (plans.length === 0 ? "Nothing is pending." : undefined),
    async run() {
      await confirm(plans);
      return { held: true, message };
    },
  };
};
