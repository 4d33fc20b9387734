/** Why a runner should stop before its work is done. */
export type StopReason =
  /** SIGINT, SIGTERM or the caller's AbortSignal. */
  | "interrupted"
  /** `lockkeeper abort` from anywhere. */
  | "aborted"
  /** Another runner took the lease. */
  | "lease-lost";

/**
 * Carries the wish to stop from wherever it arises to the step at work. `afterStep` lets the step finish; `now`
 * cancels its statement. The stronger wish wins; the first reason is kept.
 */
export class Stop {
  #level: 0 | 1 | 2 = 0;
  #reason: StopReason | undefined;
  #by: string | undefined;
  readonly #soon = new AbortController();
  readonly #now = new AbortController();

  get requested(): boolean {
    return this.#level > 0;
  }

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** Who wants it, and why, in words; undefined where nobody said. */
  get by(): string | undefined {
    return this.#by;
  }

  /** Aborted when a statement at work must be cancelled. */
  get now(): AbortSignal {
    return this.#now.signal;
  }

  /** Aborted when the runner should stop, be it after its step: ends pauses and waits for locks. */
  get soon(): AbortSignal {
    return this.#soon.signal;
  }

  afterStep(reason: StopReason): void {
    this.#raise(1, reason);
  }

  immediately(reason: StopReason, by?: string): void {
    this.#by ??= by;
    this.#raise(2, reason);
    this.#now.abort();
  }

  #raise(level: 1 | 2, reason: StopReason): void {
    if (level > this.#level) {
      this.#level = level;
      // A lost lease outweighs everything: whatever we report, we may not write any more.
      this.#reason = reason === "lease-lost" ? reason : (this.#reason ?? reason);
      this.#soon.abort();
    }
  }
}
