import { connect } from "../../postgres/session.ts";
import type { GateVerdict } from "../gates/gate.ts";
import type { GateSight } from "../gates/gate-sight.ts";
import type { ReleaseSight } from "./release.ts";

/** Why a stage that comes before a run has nothing to do, whatever is on record. */
export function needless({ foreseen: { plans, begun } }: ReleaseSight): string | undefined {
  if (plans.length === 0) return "Nothing is pending.";
  return begun.length === 0 ? undefined : `${begun.join(", ")} was let start, and goes on.`;
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
    flight: { direction: "up", plans: foreseen.plans, catalog },
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
