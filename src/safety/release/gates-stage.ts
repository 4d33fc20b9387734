import { count } from "../../errors/count.ts";
import { type FlightReport, gateFlight } from "../gates/gate-flight.ts";
import { gatePolicy } from "../gates/gate-policy.ts";
import { requireOverrides } from "../gates/guard.ts";
import { closedGates, type GateReport } from "../gates/judge-gates.ts";
import { plannedFlight } from "../gates/planned-flight.ts";
import { nothingPending } from "./asked-before.ts";
import type { ReleaseSight } from "./release.ts";
import type { Stage } from "./stage.ts";

export const gatesStage = (sight: ReleaseSight): Stage => ({
  name: "gates",
  intent: "The gates of the policy are asked.",
  standing: async () => nothingPending(sight),
  async preview() {
    const report = await judged(sight);
    if (report === undefined) return GOES_ON;
    const { gates } = report;
    const closed = closedGates(gates);
    return closed.length === 0
      ? standingText(gates)
      : `${closed.length} of ${count(gates.length, "gate")} would not hold now: ${closed.map(lineOf).join("; ")}.`;
  },
  async run() {
    const report = await judged(sight);
    if (report === undefined) return { held: true, message: GOES_ON };
    const closed = closedGates(report.gates);
    if (closed.length === 0) return { held: true, message: standingText(report.gates) };
    return {
      held: false,
      message: `${count(closed.length, "gate")} of the policy ${closed.length === 1 ? "does" : "do"} not hold: ${closed.map(lineOf).join("; ")}.`,
      action: closed.flatMap(({ action }) => action ?? []).join("\n") || "Wait until it holds.",
      exitCode: 3,
    };
  },
});

const GOES_ON = "What has begun was let start, and goes on.";

const lineOf = ({ name, reason }: GateReport): string => `${name}: ${reason.replace(/\.$/, "")}`;

const standingText = (gates: readonly GateReport[]): string =>
  gates.length === 0
    ? "The configuration has no gates."
    : gates
        .map(({ name, state }) => `${name} ${state}`)
        .join(", ")
        .concat(".");

/** Undefined where nothing would begin. */
async function judged(sight: ReleaseSight): Promise<FlightReport | undefined> {
  const { url, migrations, policy, stop, config, cwd, overrides, to } = sight;
  const gates = gatePolicy(config.gates, config.file);
  requireOverrides(gates, overrides);
  const options = { url, migrations, policy, stop };
  const { answer } = await plannedFlight(
    { ...options, direction: "up", ...(to === undefined ? {} : { to }) },
    (flight) => gateFlight(flight, gates, { ...options, config, cwd, overrides }),
  );
  return answer;
}
