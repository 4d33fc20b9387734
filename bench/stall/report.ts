import type { Installation } from "../runner/contender.ts";
import type { Machine } from "../runner/machine.ts";
import { goals } from "./goals.ts";
import type { How } from "./hows.ts";
import type { Seen } from "./sample.ts";
import type { TriggerCost } from "./trigger-cost.ts";

export interface Measured {
  readonly change: string;
  readonly how: string;
  /** Statements a second that the clients sent. */
  readonly rate: number;
  readonly tookMs: number;
  /** Before the change, and while it ran. */
  readonly calm: Seen;
  readonly during: Seen;
  readonly steps: readonly Step[];
  readonly failed?: string;
  readonly note?: string;
}

/** A step of a plan, and what clients saw while it ran. */
export interface Step {
  readonly title: string;
  /** From the beginning of the change. */
  readonly fromMs: number;
  readonly tookMs: number;
  readonly seen: Seen;
}

export interface Report {
  readonly rows: number;
  readonly clients: number;
  readonly load: number;
  readonly machine: Machine;
  readonly ways: readonly Pick<How, "name" | "method">[];
  readonly measured: readonly Measured[];
  readonly triggers: readonly TriggerCost[];
  readonly pgroll: Installation;
  /** How long pgroll was let fill a column. */
  readonly limitSeconds: number;
  /** Fewer rows or changes than the benchmark is meant to have. */
  readonly isPart: boolean;
}

export function markdown(report: Report): string {
  const { rows, clients, load, machine, ways, pgroll, measured, triggers, isPart } = report;
  const isBusy = machine.loadAtStart > machine.cores / 2;
  return [
    `# What clients notice of a schema change on ${rows.toLocaleString("en")} rows`,
    "",
    ...(isPart ? ["> **TRIAL RUN** with fewer rows or changes than the benchmark is meant to have.", ""] : []),
    ...(isBusy ? ["> **The machine was busy** with other work: no figure here says anything.", ""] : []),
    ...(pgroll.state === "missing" ? [`> **NOT MEASURED: pgroll**: ${pgroll.reason}`, ""] : []),
    ...measured.flatMap(({ change, how, failed, note }) =>
      failed === undefined
        ? note === undefined
          ? []
          : [`> **CUT SHORT: ${change}, ${how}**: ${note}`, ""]
        : [`> **FAILED: ${change}, ${how}**: ${failed}`, ""],
    ),
    `Written by \`npm run bench:stall\` on ${machine.date}. ${clients} connections send statements (half reads, half`,
    `writes) at ${load * 100} % of the rate at which they saturate the machine, evenly and whatever becomes of those before.`,
    "Each line is a run on a fresh copy of the tables. Percentiles count from when a statement was due; the longest stall",
    "is the longest time that one statement was under way, until 2 s behind the change. Errors count in the same time.",
    "",
    `Machine: ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.fileSystem}; load at the start`,
    `${machine.loadAtStart.toFixed(2)}; Node ${machine.node}, PostgreSQL ${machine.postgres}, default settings${pgroll.state === "installed" ? `; pgroll ${pgroll.version}` : ""}.`,
    "",
    "## Goals",
    "",
    "| goal | wanted | found | |",
    "| --- | --- | --- | --- |",
    ...goals(report).map(
      ({ text, wanted, found, isMet }) => `| ${text} | ${wanted} | ${found} | ${isMet ? "met" : "**MISSED**"} |`,
    ),
    "",
    ...(measured.length === 0 ? [] : changesTable(measured)),
    ...(measured.length === 0 ? [] : [...ways.map(({ name, method }) => `- **${name}**: ${method}`), ""]),
    ...measured.filter(({ steps }) => steps.length > 0).flatMap(stepsTable),
    ...(triggers.length === 0 ? [] : triggersTable(triggers)),
  ].join("\n");
}

const changesTable = (measured: readonly Measured[]): readonly string[] => [
  "## Changes",
  "",
  "| change | how | took s | statements/s | longest stall ms | p50 ms | p99 ms | p99.9 ms | calm p99 ms | p99 to calm | errors | throughput lost |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
  ...measured.map(row),
  "",
];

function row({ change, how, rate, tookMs, calm, during, note }: Measured): string {
  const errors = Object.entries(during.errors).map(([code, times]) => `${times} × ${code}`);
  const cells = [
    change,
    how,
    `${note === undefined ? "" : "> "}${(tookMs / 1000).toFixed(2)}`,
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

const stepsTable = ({ change, how, steps }: Measured): readonly string[] => [
  `## The steps of ${change}, ${how}`,
  "",
  "| step | begun after s | took s | longest stall ms | p50 ms | p99 ms |",
  "| --- | --- | --- | --- | --- | --- |",
  ...steps.map(({ title, fromMs, tookMs, seen }) => {
    const cells = [fromMs / 1000, tookMs / 1000].map((seconds) => seconds.toFixed(2));
    const waits = [seen.longest.toFixed(0), seen.p50.toFixed(2), seen.p99.toFixed(1)];
    return `| ${[title.replaceAll("|", "\\|"), ...cells, ...waits].join(" | ")} |`;
  }),
  "",
];

const triggersTable = (triggers: readonly TriggerCost[]): readonly string[] => [
  "## Triggers",
  "",
  "What a trigger of a change adds to the CPU of the server's process for each row that is written: rows of ten columns,",
  "on one connection, in a table with the trigger and in one that is the same without it, by turns; medians. The goals",
  "are about rows that one statement writes; a statement for each row prepares its triggers each time besides.",
  "",
  "| PostgreSQL | change | phase | statements | unrelated write µs | trigger adds µs | synced write µs | trigger adds µs |",
  "| --- | --- | --- | --- | --- | --- | --- | --- |",
  ...triggers.map(
    ({ major, change, phase, statements, unrelated, synced }) =>
      `| ${major} | ${change} | ${phase} | ${statements} | ${unrelated.without.toFixed(2)} | ${unrelated.added.toFixed(2)} | ${synced.without.toFixed(2)} | ${synced.added.toFixed(2)} |`,
  ),
  "",
];
