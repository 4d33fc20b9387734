import type { BackfillBatch } from "../migrations/backfill.ts";
import type { MigrationScript } from "../migrations/migration-module.ts";
import type { SweepPolicy } from "../sweep/sweep-policy.ts";
import type { Connection } from "./connection.ts";
import type { EmitEvent } from "./events.ts";
import { workName } from "./lease.ts";
import type { RunPolicy } from "./policy.ts";
import type { SideChannel } from "./side-channel.ts";
import type { Stop } from "./stop.ts";

/** What every step of a run works with. */
export interface RunContext {
  readonly policy: RunPolicy;
  readonly emit: EmitEvent;
  readonly stop: Stop;
  readonly token: number;
  /** The one connection that changes the database. */
  readonly work: Connection;
  readonly side: SideChannel;
  /** A further connection of ours, for work beside the first; whoever opens it ends it. */
  readonly open: () => Connection;
  /** Returns when nobody wants the run to stand still (any more). */
  readonly whilePaused: (ref: Pick<StepRef, "run" | "migration">) => Promise<void>;
  /** As somebody may have changed it meanwhile. */
  readonly sweepPolicy: () => SweepPolicy;
  /** Functions of a TypeScript migration. */
  readonly scripts: Readonly<Record<string, MigrationScript>>;
  /** Functions of `backfill` steps, by their steps. */
  readonly batches: Readonly<Record<string, BackfillBatch>>;
}

/** Which step of which run is at work. */
export interface StepRef {
  readonly run: number;
  readonly migration: string;
  /** From 0, as in the journal. */
  readonly ordinal: number;
  readonly steps: number;
  /** The journal's row of an earlier attempt that was announced but not finished. */
  readonly startedProbe?: unknown;
  /** Whether the commit may return before it is on disk, because a later commit of the same call flushes it. */
  readonly deferFlush: boolean;
  /** The run of the same call that must have been done before this one. */
  readonly afterRun: number | undefined;
}

/** Settings of a transaction that changes the database; `SET LOCAL` by `lockkeeper.begin_step`. */
export function transactionSettings(context: RunContext, ref: StepRef): Record<string, string> {
  const { policy, token } = context;
  return {
    application_name: workName(token),
    lock_timeout: String(policy.lockTimeoutMs),
    statement_timeout: "0",
    // A stopped or frozen runner must not keep locks between two statements for longer than its lease.
    idle_in_transaction_session_timeout: String(policy.leaseTtlMs),
    // The server notices within this time that we are gone, and drops our statement and its locks.
    client_connection_check_interval: String(policy.clientCheckMs),
    ...(ref.deferFlush ? { synchronous_commit: "off" } : {}),
    ...(policy.role === undefined ? {} : { role: policy.role }),
  };
}
