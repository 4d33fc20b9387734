import type { Step } from "../plan/plan.ts";
import type { Blocker, ObservedLock } from "../run/events.ts";
import type { LatencySummary, Span } from "./latency.ts";
import type { ClientError } from "./load/record.ts";
import type { TableSize } from "./shop/create-shop.ts";

/** One step of a migration, as its events and its row in the journal tell it. Durations are ms. */
export interface MeasuredStep {
  readonly migration: string;
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  readonly kind: Step["kind"];
  readonly direction: "up" | "down";
  /** Its SQL, or its script's name. */
  readonly statements: readonly string[];
  readonly span: Span;
  readonly durationMs: number;
  readonly attempts: number;
  readonly lockWaitMs: number;
  readonly locks: readonly ObservedLock[];
}

/** A claim that was held against the database. */
export interface Check {
  readonly claim: string;
  readonly holds: boolean;
  /** What was counted or found. */
  readonly found: string;
}

/** Everything the demo measured and found in one run. */
export interface DemoReport {
  readonly serverVersion: string;
  /** Rows before the load began. */
  readonly tables: readonly TableSize[];
  readonly clients: number;
  readonly before: LatencySummary;
  readonly firstRelease: LatencySummary;
  /** With the report in the way. */
  readonly secondRelease: LatencySummary;
  readonly takingBack: LatencySummary;
  readonly transactions: number;
  readonly clientErrors: readonly ClientError[];
  /** In the order of their application. */
  readonly applied: readonly string[];
  readonly undone: readonly string[];
  readonly undoSql: readonly string[];
  readonly steps: readonly MeasuredStep[];
  readonly lockRetries: number;
  /** Sessions that were seen in the way. */
  readonly blockers: readonly Blocker[];
  /** How long the report's transaction was open. */
  readonly reportHeldMs: number;
  readonly checks: readonly Check[];
  readonly durationMs: number;
  /** Whether every check held and no client met an error. */
  readonly ok: boolean;
}
