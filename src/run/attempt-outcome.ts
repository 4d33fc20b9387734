/** What the journal keeps of a step beside its times. */
export interface AttemptFacts {
  readonly attempts: number;
  /** ms spent in attempts that failed on locks, and between them. */
  readonly lockWaitMs: number;
}

export interface AttemptOutcome extends AttemptFacts {
  /** True when the journal showed that an earlier, interrupted attempt had committed after all. */
  readonly recovered: boolean;
}
