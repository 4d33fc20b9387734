/** One statement of a client; all times are ms on the clock that the processes share. */
export interface Sample {
  /** When it should have been sent. */
  readonly due: number;
  readonly sent: number;
  readonly done: number;
  /** SQLSTATE of the refusal, if it was refused. */
  readonly error?: string;
}

export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What clients saw of a stretch of time; all durations are ms. */
export interface Seen {
  readonly statements: number;
  /** From when a statement was due to its answer, so that those held up behind a stall count. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Longest that one statement was under way. */
  readonly longest: number;
  readonly errors: Readonly<Record<string, number>>;
  /** Share of the statements due in this time that were not answered in it, from 0 to 1. */
  readonly lost: number;
}

/** ms since 1970, with fractions; the same in all processes of a machine. */
export const clock = (): number => performance.timeOrigin + performance.now();

/** A stall may outlast the change that caused it, so the longest is looked for a little longer. */
const AFTER_MS = 2_000;

export function seenIn(samples: readonly Sample[], { from, to }: Window, afterMs = AFTER_MS): Seen {
  const due = samples.filter((one) => one.due >= from && one.due < to);
  const sorted = due.map((one) => one.done - one.due).toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const near = samples.filter((one) => one.done >= from && one.sent < to + afterMs);
  const errors: Record<string, number> = {};
  for (const { error } of near) {
    if (error !== undefined) errors[error] = (errors[error] ?? 0) + 1;
  }
  const answered = samples.filter((one) => one.done >= from && one.done < to).length;
  return {
    statements: due.length,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    longest: near.reduce((longest, { sent, done }) => Math.max(longest, done - sent), 0),
    errors,
    lost: due.length === 0 ? 0 : Math.max(0, 1 - answered / due.length),
  };
}
