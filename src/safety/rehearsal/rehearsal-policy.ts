import type { RunPolicy } from "../../run/policy.ts";

/**
 * How the runner behaves in a copy: as on production, but that nothing is waited for which is about production's hours and
 * replicas, and nothing is recorded that is compared with later.
 */
export function rehearsalPolicy(policy: RunPolicy): RunPolicy {
  const { window: _window, holdQuery: _query, replicaLagMs: _ms, replicaLagBytes: _bytes, ...sweep } = policy.sweep;
  const { archiveBacklogBytes: _backlog, walBytesPerSecond: _wal, activeSessions: _active, ...rest } = sweep;
  return { ...policy, drift: { ...policy.drift, record: "off" }, sweep: rest };
}
