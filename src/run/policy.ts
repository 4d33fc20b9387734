import type { DropPolicy, OnlinePolicy, RenamePolicy } from "../online/online-policy.ts";
import { DEFAULT_SWEEP_POLICY, type SweepPolicy } from "../sweep/sweep-policy.ts";

/** How the runner behaves towards the other users of the database. All durations are ms. */
export interface RunPolicy {
  /** Longest that others may queue behind a lock we wait for. */
  readonly lockTimeoutMs: number;
  /** How long a step is tried again before the run fails with `lock_timeout`. */
  readonly lockDeadlineMs: number;
  /** First and longest pause between two attempts; doubled in between, jittered by half. */
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** A runner that does not renew its lease for this long may be replaced. */
  readonly leaseTtlMs: number;
  /** How long to wait for another runner before `lease_held`. */
  readonly leaseWaitMs: number;
  /** How long a lost connection is opened again before the run is left resumable. */
  readonly reconnectDeadlineMs: number;
  /** How often the server looks whether we still live while it works for us. */
  readonly clientCheckMs: number;
  /** Longest that work on rows may be expected to last under a lock that stops readers or writers, to be run as written. */
  readonly briefMs: number;
  /** What becomes of tables and columns with rows that are dropped. */
  readonly drops: DropPolicy;
  /** What becomes of the old name of a table with rows. */
  readonly renames: RenamePolicy;
  /** How rows are gone over. */
  readonly sweep: SweepPolicy;
  /** Role that owns what the migrations create (`SET LOCAL ROLE`); the login role when undefined. */
  readonly role?: string;
}

export const DEFAULT_POLICY: RunPolicy = {
  lockTimeoutMs: 500,
  lockDeadlineMs: 600_000,
  backoffMinMs: 250,
  backoffMaxMs: 10_000,
  leaseTtlMs: 15_000,
  leaseWaitMs: 300_000,
  reconnectDeadlineMs: 60_000,
  clientCheckMs: 500,
  briefMs: 50,
  drops: "quarantine",
  renames: "bridge",
  sweep: DEFAULT_SWEEP_POLICY,
};

/** What the planner is told of it. */
export const onlinePolicy = ({ briefMs, drops, renames }: RunPolicy): OnlinePolicy => ({
  briefSeconds: briefMs / 1000,
  drops,
  renames,
});

/** What somebody wants otherwise. A batch may always take twice as long as it should. */
export const changedSweepPolicy = (policy: SweepPolicy, changes: Partial<SweepPolicy>): SweepPolicy => ({
  ...policy,
  ...changes,
  batchLimitMs: changes.batchLimitMs ?? Math.max(policy.batchLimitMs, 2 * (changes.batchMs ?? 0)),
});

/** Exponential, with jitter between a half and the whole, so that several waiters do not move in step. */
export function backoffMs(policy: RunPolicy, attempt: number, random: number = Math.random()): number {
  const full = Math.min(policy.backoffMaxMs, policy.backoffMinMs * 2 ** Math.min(attempt - 1, 20));
  return Math.round(full * (0.5 + random / 2));
}
