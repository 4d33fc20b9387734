import type { Session } from "../postgres/session.ts";
import type { SweepEvent } from "./sweep-event.ts";
import type { SweepPolicy } from "./sweep-policy.ts";

/** A connection that is opened when first needed, and again after it was lost. */
export interface SweepConnection {
  /** @throws LockkeeperError when it cannot be had within the time that the owner grants */
  session(): Promise<Session>;
  /** Cuts it; the next `session()` opens another. */
  destroy(): void;
  end(): Promise<void>;
}

/** A session that stands in the way of a batch. */
export interface SweepBlocker {
  readonly pid: number;
  readonly application: string;
  readonly user: string;
  /** `active`, `idle in transaction`, … */
  readonly state: string;
  /** First 200 characters. */
  readonly query: string;
  /** ms since its transaction began. */
  readonly ageMs: number;
}

/** What a sweep needs from the one who runs it. */
export interface SweepHost {
  /** Of the lease; what a sweep writes is refused when it is no longer held. */
  readonly token: number;
  /** Under which the journal keeps the sweep: the run's id and the step's number. */
  readonly run: number;
  readonly step: number;
  /** Settings of each transaction that changes rows, by name; a sweep puts its own timeouts over them. */
  readonly settings: Readonly<Record<string, string>>;
  /** `SET LOCAL …` statements of the migration's author, in force at this place of the file. */
  readonly authored: readonly string[];
  /** Asked before each batch: what somebody changes meanwhile counts from then on. */
  policy(): SweepPolicy;
  /** One connection for each worker, under the name by which the lease's sessions are found. */
  open(): SweepConnection;
  /** Throws what the caller is to see when the sweep should end before its work is done. */
  stopIfRequested(): void;
  /** Aborted when the sweep should end: `soon` after the batches at work, `now` without waiting for them. */
  readonly soon: AbortSignal;
  readonly now: AbortSignal;
  /** Returns when nobody wants the sweep to stand still (any more). */
  whilePaused(): Promise<void>;
  /** Who keeps the sessions of the lease waiting at this moment. */
  blockers(): Promise<readonly SweepBlocker[]>;
  emit(event: SweepEvent): void;
  /** The function of the migration's file, for sweeps that have one. */
  readonly batch?: SweepBatch;
}

/** Rows in, rows out; the signal is aborted when its answer is no longer waited for. */
export type SweepBatch = (rows: readonly SweepRow[], signal: AbortSignal) => Promise<readonly SweepRow[]>;

export type SweepRow = Readonly<Record<string, unknown>>;
