import type { Machine } from "../runner/machine.ts";
import type { Seen } from "./sample.ts";

export interface Measured {
  readonly change: string;
  readonly how: "as written" | "Lockkeeper";
  /** Statements a second that the clients sent. */
  readonly rate: number;
  readonly tookMs: number;
  /** Before the change, and while it ran. */
  readonly calm: Seen;
  readonly during: Seen;
  readonly failed?: string;
}

export interface Report {
  readonly rows: number;
  readonly clients: number;
  readonly load: number;
  readonly machine: Machine;
  readonly measured: readonly Measured[];
  /** Fewer rows or changes than the benchmark is meant to have. */
  readonly isPart: boolean;
}

export function markdown({ rows, clients, load, machine, measured, isPart }: Report): string {
  const failures = measured.filter(({ failed }) => failed !== undefined);
  return [
    `# What clients notice of a schema change on ${rows.toLocaleString("en")} rows`,
    "",
    ...(isPart ? ["> **TRIAL RUN** with fewer rows or changes than the benchmark is meant to have.", ""] : []),
    ...failures.flatMap(({ change, how, failed }) => [`> **FAILED: ${change}, ${how}**: ${failed}`, ""]),
    `Written by \`npm run bench:stall\` on ${machine.date}. ${clients} connections send statements (half reads, half`,
    `writes) at ${load * 100} % of the rate at which they saturate the machine, evenly and whatever becomes of those before.`,
    "Each line is a run on a fresh copy of the tables. Percentiles count from when a statement was due; the longest stall",
    "is the longest time that one statement was under way, until 2 s behind the change. Errors count in the same time.",
    "",
    `Machine: ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.fileSystem}; load at the start`,
    `${machine.loadAtStart.toFixed(2)}; Node ${machine.node}, PostgreSQL ${machine.postgres}, default settings.`,
    "",
    "| change | how | took s | statements/s | longest stall ms | p50 ms | p99 ms | p99.9 ms | calm p99 ms | p99 to calm | errors | throughput lost |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...measured.map(row),
    "",
  ].join("\n");
}

function row({ change, how, rate, tookMs, calm, during }: Measured): string {
  const errors = Object.entries(during.errors).map(([code, times]) => `${times} × ${code}`);
  const cells = [
    change,
    how,
    (tookMs / 1000).toFixed(2),
    rate.toFixed(0),
    during.longest.toFixed(0),
    during.p50.toFixed(2),
    during.p99.toFixed(1),
    during.p999.toFixed(1),
    calm.p99.toFixed(1),
    (during.p99 / calm.p99).toFixed(2),
    errors.join(", ") || "none",
    `${(during.lost * 100).toFixed(1)} %`,
  ];
  return `| ${cells.join(" | ")} |`;
}
