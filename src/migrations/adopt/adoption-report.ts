import type { Place } from "../../errors/lockkeeper-error.ts";
import type { ForeignLayout } from "../layouts/layout.ts";

/** How a tool's history and its files fit together. Plain data. */
export interface AdoptionReport {
  readonly tool: ForeignLayout;
  /** `schema.table` that was read. */
  readonly table: string;
  /** Whether nothing stands against taking the history over: there is no problem of severity `error`. */
  readonly clean: boolean;
  readonly counts: {
    readonly files: number;
    readonly applied: number;
    readonly pending: number;
    readonly failed: number;
    readonly errors: number;
    readonly warnings: number;
  };
  /** One per file, in the order in which the tool applies them. */
  readonly items: readonly AdoptionItem[];
  readonly problems: readonly AdoptionProblem[];
  /** What this tool's history cannot tell. */
  readonly limits: readonly string[];
}

export interface AdoptionItem {
  readonly id: string;
  readonly key: string;
  readonly file: string;
  readonly status: "applied" | "pending" | "failed";
  /** For applied ones: a row of its own says so, or it follows from the row of another. */
  readonly evidence?: "recorded" | "implied";
  /** For applied ones: whether the file is the one that was applied, as far as the tool kept a checksum. */
  readonly checksum?: "same" | "edited" | "unknown";
  readonly appliedAt?: string;
}

export interface AdoptionProblem {
  /**
   * `missing-file`: in the history, without a file. `edited`: the file is not the one that was applied.
   * `out-of-order`: a pending file stands before an applied one (error), or two were applied the other way round
   * (warning). `failed`: the tool left the migration half done.
   */
  readonly kind: "missing-file" | "edited" | "out-of-order" | "failed";
  readonly severity: "error" | "warning";
  /** The tool's own name of the migration. */
  readonly key: string;
  readonly id?: string;
  readonly at?: Place;
  readonly message: string;
  /** What to do about it. */
  readonly action: string;
  readonly expected?: string;
  readonly found?: readonly string[];
}
