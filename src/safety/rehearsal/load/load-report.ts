/** Where the run was when something happened to the load. */
export interface LoadMoment {
  readonly migration: string;
  /** From 1. */
  readonly step: number;
  readonly title: string;
}

export interface Latencies {
  readonly calls: number;
  /** ms, from when a call was due to its end. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly longestMs: number;
}

export interface LoadError {
  readonly sqlState: string;
  readonly message: string;
  readonly count: number;
  /** When it came first; null before and between steps. */
  readonly at: LoadMoment | null;
}

/** How one script of the load fared. */
export interface ScriptReport {
  readonly name: string;
  /** Calls that were asked for, a second. */
  readonly rate: number;
  /** Before anything was changed. */
  readonly before: Latencies;
  /** While the steps ran. */
  readonly during: Latencies;
  /** Where the longest call was held up. */
  readonly longestAt: LoadMoment | null;
  /** That did not come before anything was changed. */
  readonly errors: readonly LoadError[];
  /** That came then already. */
  readonly ownErrors: readonly LoadError[];
  /** Longest call in each part of the time, ms, for a chart. */
  readonly timeline: readonly { readonly atMs: number; readonly longestMs: number }[];
}

export interface LoadReport {
  readonly scripts: readonly ScriptReport[];
}
