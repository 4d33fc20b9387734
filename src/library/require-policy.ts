import type { ContractPolicy, DriftPolicy, PolicyChanges } from "../run/policy.ts";
import type { SweepPolicy } from "../sweep/sweep-policy.ts";
import { POLICY_KINDS } from "./option-kinds.ts";
import { type OptionKinds, requireOptions } from "./require-options.ts";

/** Null lifts a limit, so that those which may be lifted hold anything. */
const SWEEP_KINDS: OptionKinds<SweepPolicy> = {
  workers: "count",
  batchMs: "duration",
  batchLimitMs: "duration",
  lockTimeoutMs: "duration",
  lockDeadlineMs: "duration",
  reconnectDeadlineMs: "duration",
  setAside: "number",
  repairs: "number",
  progressMs: "duration",
  lookMs: "duration",
  nice: "number",
  slowdown: "any",
  window: "object",
  replicaLagBytes: "any",
  replicaLagMs: "any",
  ignoredReplicas: "list",
  walBytesPerSecond: "any",
  archiveBacklogBytes: "any",
  vacuumMs: "duration",
  activeSessions: "any",
  waitingSessions: "any",
  holdQuery: "text",
};

const CONTRACT_KINDS: OptionKinds<ContractPolicy> = {
  when: "text",
  afterMs: "duration",
  applications: "text",
  stillUsed: "text",
  unusedMs: "duration",
};

const DRIFT_KINDS: OptionKinds<DriftPolicy> = { record: "text", schemas: "list", ignore: "list" };

/** @throws LockkeeperError `usage` naming what there is not in a policy, or holds something else */
export function requirePolicy(policy: PolicyChanges | undefined, call: string): void {
  if (policy === undefined) return;
  requireOptions(policy, POLICY_KINDS, `the policy of ${call}`);
  requireOptions(policy.sweep ?? {}, SWEEP_KINDS, `\`sweep\` in the policy of ${call}`);
  requireOptions(policy.drift ?? {}, DRIFT_KINDS, `\`drift\` in the policy of ${call}`);
  requireOptions(policy.contract ?? {}, CONTRACT_KINDS, `\`contract\` in the policy of ${call}`);
}
