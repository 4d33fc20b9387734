import { connect } from "../../postgres/session.ts";
import type { GateVerdict } from "../gates/gate.ts";
import type { GateSight } from "../gates/gate-sight.ts";
import type { ReleaseSight } from "./release.ts";

/** That there is nothing to do, where that is so. */
export function nothingPending({ foreseen: { plans }, to }: ReleaseSight): string | undefined {
  if (plans.length > 0) return undefined;
  return to === undefined ? "Nothing is pending." : `${to} is in force already, and nothing before it is pending.`;
}

/** Why a stage that comes before a run has nothing to do, whatever is on record. */
export function needless(sight: ReleaseSight): string | undefined {
  return nothingPending(sight) ?? goesOn(sight);
}

/** What was let start before, where there is something. */
export function goesOn({ foreseen: { begun } }: ReleaseSight): string | undefined {
  if (begun.length === 0) return undefined;
  return `${begun.join(", ")} ${begun.length === 1 ? "was let start, and goes" : "were let start, and go"} on.`;
}

/** What a gate says of what is on record for the release; undefined where it does not hold. */
export async function onRecord(
  sight: ReleaseSight,
  judge: (gates: GateSight) => Promise<GateVerdict>,
): Promise<string | undefined> {
  const { url, foreseen, policy, config, cwd, stop } = sight;
  await using session = await connect(url, { applicationName: "lockkeeper release" });
  const catalog = async () => foreseen.catalog;
  const { state, reason } = await judge({
    flight: { direction: "up", plans: foreseen.plans, begun: foreseen.begun, catalog },
    session,
    policy,
    config,
    cwd,
    now: Date.now(),
    catalog,
    binding: async () => foreseen.binding,
    signal: stop.soon,
  });
  return state === "holds" ? reason : undefined;
}
