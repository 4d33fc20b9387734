import type { ClientError, LoadRecord, Sample } from "./load/record.ts";

/** A stretch of time, ms since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What the clients met in one stretch of time. Durations are ms. */
export interface LatencySummary {
  readonly span: Span;
  readonly transactions: number;
  readonly p50: number;
  readonly p99: number;
  /** The transaction that took longest: the longest stall a client saw. */
  readonly longest: Sample | undefined;
  readonly errors: readonly ClientError[];
}

/** Counts every transaction that was at work in the span, be it only for a part of its time. */
export function summarize(record: LoadRecord, span: Span): LatencySummary {
  const samples = record.samples
    .filter(({ startedAt, durationMs }) => startedAt < span.to && startedAt + durationMs > span.from)
    .sort((a, b) => a.durationMs - b.durationMs);
  return {
    span,
    transactions: samples.length,
    p50: percentile(samples, 0.5),
    p99: percentile(samples, 0.99),
    longest: samples.at(-1),
    errors: record.errors.filter(({ at }) => at >= span.from && at <= span.to),
  };
}

/** Nearest rank: a value that was really measured. */
function percentile(ascending: readonly Sample[], part: number): number {
  return ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)]?.durationMs ?? 0;
}
