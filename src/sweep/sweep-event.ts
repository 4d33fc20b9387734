import type { HorizonHolder } from "./horizon.ts";
import type { SweepBlocker } from "./sweep-host.ts";
import type { Hold } from "./throttles.ts";

/** What happens in a sweep. All durations are ms. */
export type SweepEvent =
  | {
      readonly type: "sweep.began";
      /** As it is called, with its schema. */
      readonly table: string;
      /** Tables with rows: the table itself, or its partitions. */
      readonly parts: number;
      /** As estimated; -1 when nobody has counted. */
      readonly rows: number;
      readonly bytes: number;
      /** True when it goes on where an earlier one ended. */
      readonly resumed: boolean;
    }
  | ({ readonly type: "sweep.progress" } & SweepProgress)
  /** Others hold locks on rows; the batch is tried again. */
  | { readonly type: "sweep.blocked"; readonly waitedMs: number; readonly blockers: readonly SweepBlocker[] }
  /** The table was rewritten or truncated meanwhile: its rows have other places, so it is gone over once more. */
  | { readonly type: "sweep.replanned"; readonly table: string; readonly reason: "rewritten" | "truncated" }
  /** Something holds the sweep: no batch begins before it is over. Told again when it is held for other reasons. */
  | { readonly type: "sweep.held"; readonly holds: readonly Hold[] }
  | { readonly type: "sweep.released"; readonly heldMs: number }
  /** Strides do not pay (1), or do again: what room rows find on their own pages depends on who still sees old versions. */
  | {
      readonly type: "sweep.strides";
      readonly strides: number;
      /** Share of the rows, 0 to 1, that stayed on their pages. */
      readonly hotShare: number | null;
      readonly reason: string;
      readonly holder: HorizonHolder | null;
    }
  /** What the verification found: rows that were left, and how often it has looked by now. */
  | { readonly type: "sweep.verified"; readonly pass: number; readonly left: number; readonly repaired: number }
  | { readonly type: "sweep.lost"; readonly reason: string }
  | { readonly type: "sweep.notice"; readonly message: string };

export interface SweepProgress {
  /** 0 while the work is done, from 1 while it is verified. */
  readonly pass: number;
  /** Rows changed so far. */
  readonly rows: number;
  /** Of the table, as estimated when the sweep began; -1 when nobody has counted. */
  readonly rowsTotal: number;
  /** Of the tables, gone over in this pass. */
  readonly bytes: number;
  readonly bytesTotal: number;
  /** Rows changed in a second, of late. */
  readonly rowsPerSecond: number;
  /** Until the end of this pass, at the pace of late; null when there is none. */
  readonly etaMs: number | null;
  /** Share of the rows, 0 to 1, whose new version went beside the old one without touching an index. */
  readonly hotShare: number | null;
  /** How long batches take of late. */
  readonly batchMs: number;
  readonly workers: number;
  /** Held, and resting between batches, by this call so far; summed over the workers' rests. */
  readonly throttledMs: number;
}
