import type { Check, MeasuredStep } from "../demo-report.ts";
import type { LatencySummary } from "../latency.ts";
import type { ClientError, Sample } from "../load/record.ts";
import { columns } from "./columns.ts";
import { count, duration } from "./numbers.ts";
import type { Paint } from "./paint.ts";

/** What the clients met, one column for each stretch of time. */
export function latencyTable(summaries: Readonly<Record<string, LatencySummary>>): string[] {
  const all = Object.values(summaries);
  const row = (name: string, value: (summary: LatencySummary) => string): string[] => [name, ...all.map(value)];
  return columns(
    [
      ["", ...Object.keys(summaries)],
      row("measured for", ({ span }) => duration(span.to - span.from)),
      row("transactions", ({ transactions }) => count(transactions)),
      row("p50", ({ p50 }) => duration(p50)),
      row("p99", ({ p99 }) => duration(p99)),
      row("longest stall", ({ longest }) => duration(longest?.durationMs ?? 0)),
      row("client errors", ({ errors }) => count(errors.length)),
    ],
    all.map((_, index) => index + 1),
  );
}

export function latencyLine({ transactions, p50, p99, longest, errors }: LatencySummary): string {
  return [
    `${count(transactions)} transactions`,
    `p50 ${duration(p50)}`,
    `p99 ${duration(p99)}`,
    `longest ${duration(longest?.durationMs ?? 0)}`,
    `${count(errors.length)} client errors`,
  ].join(" · ");
}

/** Which step the slowest transaction met. */
export function stallLine(longest: Sample, steps: readonly MeasuredStep[]): string {
  const overlap = ({ span }: MeasuredStep): number =>
    Math.min(span.to, longest.startedAt + longest.durationMs) - Math.max(span.from, longest.startedAt);
  const met = steps.filter((step) => overlap(step) > 0).sort((a, b) => overlap(b) - overlap(a))[0];
  const when = met === undefined ? "between two steps" : `while ${met.migration} was at work`;
  return `The longest stall of a client: ${duration(longest.durationMs)}, to ${longest.kind}, ${when}.`;
}

export function checkLines(checks: readonly Check[], paint: Paint): string[] {
  return checks.map(
    ({ claim, holds, found }) =>
      `   ${holds ? paint("green", "✔") : paint("red", "✘")} ${claim}  ${paint("dim", found)}`,
  );
}

/** More would only repeat the first ones. */
const SHOWN_ERRORS = 5;

export function errorLines(errors: readonly ClientError[], paint: Paint): string[] {
  return errors
    .slice(0, SHOWN_ERRORS)
    .map(({ client, kind, message, sqlstate }) =>
      paint("red", `   ✘ client ${client} could not ${kind}: ${message}${sqlstate === null ? "" : ` (${sqlstate})`}`),
    );
}
