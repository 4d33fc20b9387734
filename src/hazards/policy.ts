import type { OnlinePolicy } from "../online/online-policy.ts";
import type { Severity } from "./finding.ts";

/** What the linter holds files to. */
export interface LintPolicy {
  /** Work on a table of at most this many rows and bytes is brief whatever it is. */
  readonly smallRows: number;
  readonly smallBytes: number;
  /** Longest lock_timeout that keeps a queue behind a lock short, ms. */
  readonly longestLockTimeoutMs: number;
  /** A statement_timeout shorter than this is likely to end a concurrent build or a validation, ms. */
  readonly shortestBuildTimeoutMs: number;
  /** What `naming-convention` wants of identifiers. */
  readonly identifiers: RegExp;
  /** Other severities than the rules' own; `off` silences. Rules that are off by themselves are named to be on. */
  readonly severities: Readonly<Record<string, Severity | "off">>;
  /** By what `lockkeeper up` chooses the forms of statements. */
  readonly online: OnlinePolicy;
}

export const DEFAULT_LINT_POLICY: LintPolicy = {
  smallRows: 10_000,
  smallBytes: 10 * 1024 * 1024,
  longestLockTimeoutMs: 5_000,
  shortestBuildTimeoutMs: 60 * 60_000,
  identifiers: /^[a-z_][a-z0-9_]*$/,
  severities: {},
  online: { briefSeconds: 0.05, drops: "quarantine", renames: "bridge" },
};
