import type { ErrorReport } from "../errors/lockkeeper-error.ts";
import type { Direction } from "../plan/plan.ts";
import type { SweepEvent } from "../sweep/sweep-event.ts";
import type { SweepBlocker } from "../sweep/sweep-host.ts";

/** A session that holds a lock we wait for. */
export interface Blocker extends SweepBlocker {
  /** Lock modes it holds on what we wait for. */
  readonly modes: readonly string[];
  readonly relation: string | null;
}

export interface ObservedLock {
  readonly relation: string;
  readonly mode: string;
}

interface OfRun {
  readonly run: number;
  readonly migration: string;
}

interface OfStep extends OfRun {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  readonly title: string;
}

/**
 * Everything that happens while Lockkeeper works, in the order in which it happens: the one stream that terminal, JSON,
 * logs and HTTP render. All durations are ms.
 */
export type LockkeeperEvent =
  | { readonly type: "state.installed"; readonly version: number }
  | {
      readonly type: "lease.waiting";
      readonly holder: string;
      readonly waitedMs: number;
      /** It goes on only when somebody lets it. */
      readonly isPaused?: boolean;
    }
  | { readonly type: "lease.acquired"; readonly token: number; readonly replaced: number | null }
  | { readonly type: "plan.ready"; readonly migrations: readonly string[]; readonly steps: number }
  | ({
      readonly type: "run.started";
      readonly direction: Direction;
      readonly steps: number;
      readonly resumedAt: number;
    } & OfRun)
  | ({ readonly type: "step.started"; readonly kind: string } & OfStep)
  | ({ readonly type: "step.progress"; readonly phase: string; readonly done: number; readonly total: number } & OfStep)
  | ({
      readonly type: "step.done";
      readonly kind: string;
      readonly durationMs: number;
      readonly attempts: number;
      /** ms spent in attempts that ended at the lock timeout, and between them. */
      readonly lockWaitMs: number;
      readonly recovered: boolean;
    } & OfStep)
  | ({ readonly type: "step.healed"; readonly sql: string } & OfStep)
  | ({ readonly type: "lock.waiting"; readonly blockers: readonly Blocker[]; readonly waitedMs: number } & OfStep)
  | ({
      readonly type: "lock.retry";
      readonly attempt: number;
      readonly reason: string;
      readonly backoffMs: number;
      readonly blockers: readonly Blocker[];
    } & OfStep)
  | ({ readonly type: "connection.lost"; readonly reason: string } & OfStep)
  | (SweepEvent & OfStep)
  | ({ readonly type: "run.paused"; readonly by: string | null } & OfRun)
  | ({ readonly type: "run.resumed" } & OfRun)
  | ({ readonly type: "run.done"; readonly direction: Direction; readonly durationMs: number } & OfRun)
  | ({ readonly type: "run.failed"; readonly error: ErrorReport } & OfRun)
  | {
      /** Behind a run that is done. */
      readonly type: "postflight.found";
      readonly check: string;
      readonly severity: "critical" | "error" | "warning" | "info";
      readonly message: string;
      readonly fix?: string;
    }
  | {
      readonly type: "postflight.done";
      readonly migrations: readonly string[];
      /** False: it was cut off, or found what the policy does not let pass. */
      readonly held: boolean;
      readonly checks: number;
      readonly findings: number;
      readonly analysed: readonly string[];
      readonly warmed: readonly string[];
      readonly durationMs: number;
    }
  | { readonly type: "release.begun"; readonly stage: string; readonly message: string }
  | {
      readonly type: "release.stage";
      readonly stage: string;
      readonly state: "done" | "stands" | "stopped" | "would run" | "waiting";
      readonly message: string;
      readonly action?: string;
      readonly durationMs: number;
    }
  | { readonly type: "server.notice"; readonly severity: string; readonly message: string }
  | { readonly type: "notice"; readonly message: string };

export type EmitEvent = (event: LockkeeperEvent) => void;
