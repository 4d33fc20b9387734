import type { CheckSeverity } from "../../checks/check.ts";
import type { GatePhase } from "../../config/gate-config.ts";
import type { Severity } from "../../hazards/finding.ts";
import type { WindowSpec } from "../windows/window.ts";

/** What a gate asks for, checked; durations are ms. */
export type GateRule =
  | { readonly gate: "backup"; readonly withinMs: number }
  | { readonly gate: "rehearsal"; readonly withinMs?: number }
  | { readonly gate: "drift" }
  | { readonly gate: "checks"; readonly failOn: CheckSeverity }
  | {
      readonly gate: "replica-lag";
      readonly belowMs: number;
      readonly belowBytes?: number;
      readonly ignore: readonly string[];
    }
  | {
      readonly gate: "disk-free";
      readonly source: { readonly query: string } | { readonly command: string };
      readonly reserve: number;
    }
  | { readonly gate: "long-transactions"; readonly longestMs: number }
  | { readonly gate: "old-applications"; readonly matching: RegExp }
  | {
      readonly gate: "approval";
      readonly by: readonly string[];
      readonly count: number;
      readonly fourEyes: boolean;
      readonly withinMs?: number;
    }
  | { readonly gate: "window"; readonly window: WindowSpec; readonly waitMs: number };

export type GateKind = GateRule["gate"];

/** A gate of the policy. */
export interface Gate<R extends GateRule = GateRule> {
  /** Unique in the policy. */
  readonly name: string;
  readonly phases: readonly GatePhase[];
  /** Absent: it is asked whatever the linter finds. */
  readonly severity?: Severity;
  readonly mayOverride: boolean;
  readonly rule: R;
}

/** `unknown`: what it asks cannot be told, so it does not hold. */
export type GateState = "holds" | "does not hold" | "unknown" | "not needed" | "overridden";

/** How a gate was found. */
export interface GateVerdict {
  readonly state: Exclude<GateState, "overridden">;
  /** A whole sentence. */
  readonly reason: string;
  /** What it was judged by; null where there is nothing that was kept. */
  readonly evidence?: GateEvidence | undefined;
  /** A command or SQL that would make it hold; absent where only time or other people can. */
  readonly action?: string | undefined;
}

export interface GateEvidence {
  /** In `lockkeeper.evidence`. */
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  readonly actor: string;
}
