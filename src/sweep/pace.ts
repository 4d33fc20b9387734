import type { SweepPolicy } from "./sweep-policy.ts";

/** However much others write, the sweep rests no longer than this behind a batch, ms: it goes on, if slowly. */
const LONGEST_REST_MS = 5_000;

/** How long to rest between batches. */
export class Pace {
  /** So far, ms, of all workers. */
  restedMs = 0;
  #hasRestedForWal = false;
  #wal: { readonly end: number; readonly at: number } | undefined;
  /** WAL that was written beyond the limit, bytes. */
  #debt = 0;

  /**
   * @param tookMs how long the batch took
   * @param wal where the server's log ended behind it, bytes
   * @param now ms of any clock that goes on evenly
   * @returns how long to rest, ms; `begins` where it is the first time for the sake of the log
   */
  restAfter(
    policy: SweepPolicy,
    tookMs: number,
    wal: number,
    now: number,
  ): { readonly ms: number; readonly begins: boolean } {
    const niceMs = policy.nice * tookMs;
    const walMs = this.#walRest(policy.walBytesPerSecond, wal, now);
    const begins = walMs > niceMs && !this.#hasRestedForWal;
    this.#hasRestedForWal ||= begins;
    const ms = Math.max(niceMs, walMs);
    this.restedMs += ms;
    return { ms, begins };
  }

  #walRest(limit: number | undefined, end: number, now: number): number {
    const before = this.#wal;
    this.#wal = { end: Math.max(end, before?.end ?? 0), at: now };
    if (limit === undefined || before === undefined) {
      this.#debt = 0;
      return 0;
    }
    const allowed = ((now - before.at) / 1000) * limit;
    const longest = (LONGEST_REST_MS / 1000) * limit;
    // What was not used up to a second ago may be used now.
    this.#debt = Math.min(longest, Math.max(-limit, this.#debt + Math.max(0, end - before.end) - allowed));
    return Math.max(0, (this.#debt / limit) * 1000);
  }
}
