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
  /** Parallel workers of the server that help a build of an index beside traffic. */
  readonly buildWorkers: number;
  /** What becomes of tables and columns with rows that are dropped. */
  readonly drops: DropPolicy;
  /** What becomes of the old name of a table with rows. */
  readonly renames: RenamePolicy;
  /** How rows are gone over. */
  readonly sweep: SweepPolicy;
  readonly contract: ContractPolicy;
  readonly drift: DriftPolicy;
  /** Role that owns what the migrations create (`SET LOCAL ROLE`); the login role when undefined. */
  readonly role?: string;
}

/** When what migrations left standing for others may go. */
export interface ContractPolicy {
  /** `auto`: `up` removes it as soon as it may go; `manual`: `lockkeeper contract` does. */
  readonly when: "manual" | "auto";
  /** How long a migration must have been in force, ms; absent: not at all, and a week for `auto`. */
  readonly afterMs?: number;
  /** Regular expression for `application_name`: while such a session is connected, the shape from before is used. */
  readonly applications?: string;
  /** SQL that gives a row for everything that still uses it; `$1` is the migration's id. */
  readonly stillUsed?: string;
  /** How long no statement may have called it by its old name, where pg_stat_statements counts them; 0: nobody asks. */
  readonly unusedMs: number;
}

/** What is known of changes that were not made by a migration. */
export interface DriftPolicy {
  /** `off`: the schema is not recorded after runs, and nobody can tell what was changed since. */
  readonly record: "on" | "off";
  /** Patterns of the schemas that are ours; all when absent. */
  readonly schemas?: readonly string[];
  /** Schemas, and objects of schemas, that are none of ours: `audit`, `public.tmp_*`; * and ? are wildcards. */
  readonly ignore: readonly string[];
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
  // Each takes a core away from others; who has cores to spare says so.
  buildWorkers: 0,
  drops: "quarantine",
  renames: "bridge",
  sweep: DEFAULT_SWEEP_POLICY,
  contract: { when: "manual", unusedMs: 3_600_000 },
  drift: { record: "on", ignore: [] },
};

/** What the planner is told of it. */
export const onlinePolicy = ({ briefMs, drops, renames }: RunPolicy): OnlinePolicy => ({
  briefSeconds: briefMs / 1000,
  drops,
  renames,
});

/** Null lifts a limit that has a default. */
export type SweepPolicyChanges = { readonly [K in keyof SweepPolicy]?: SweepPolicy[K] | null };

/** What somebody wants otherwise. A batch may always take twice as long as it should. */
export function changedSweepPolicy(policy: SweepPolicy, changes: SweepPolicyChanges): SweepPolicy {
  const { batchMs, batchLimitMs } = changes;
  const changed = {
    ...policy,
    ...changes,
    batchLimitMs: batchLimitMs ?? Math.max(policy.batchLimitMs, 2 * (batchMs ?? 0)),
  };
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null)) as unknown as SweepPolicy;
}

/** What a caller wants otherwise than the policy says. */
export type PolicyChanges = Partial<Omit<RunPolicy, "sweep" | "contract" | "drift">> & {
  readonly sweep?: SweepPolicyChanges;
  readonly contract?: Partial<ContractPolicy>;
  readonly drift?: Partial<DriftPolicy>;
};

export const changedPolicy = (policy: RunPolicy, { sweep, contract, drift, ...changes }: PolicyChanges): RunPolicy => ({
  ...policy,
  ...changes,
  sweep: changedSweepPolicy(policy.sweep, sweep ?? {}),
  contract: { ...policy.contract, ...contract },
  drift: { ...policy.drift, ...drift },
});

/** Exponential, with jitter between a half and the whole, so that several waiters do not move in step. */
export function backoffMs(policy: RunPolicy, attempt: number, random: number = Math.random()): number {
  const full = Math.min(policy.backoffMaxMs, policy.backoffMinMs * 2 ** Math.min(attempt - 1, 20));
  return Math.round(full * (0.5 + random / 2));
}
