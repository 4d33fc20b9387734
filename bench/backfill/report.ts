import type { Machine } from "../runner/machine.ts";
import { median } from "../runner/report.ts";
import type { Measurement } from "./measure.ts";

export interface Result {
  readonly name: string;
  readonly method: string;
  /** Besides the primary key. */
  readonly indexes: number;
  /** One a round. */
  readonly measurements: Measurement[];
}

export interface Report {
  readonly rows: number;
  readonly rounds: number;
  readonly machine: Machine;
  readonly results: readonly Result[];
}

/** What all others are compared with. */
const FLOOR = "one UPDATE";
const OURS = "lockkeeper";
const OURS_TWICE = "lockkeeper, 2 workers";

const of = ({ measurements }: Result, key: keyof Measurement): number => median(measurements.map((one) => one[key]));

interface Ratios {
  readonly cpu: number;
  readonly wal: number;
  readonly wall: number;
}

function ratios(report: Report, result: Result): Ratios {
  const floor = report.results.find(({ name, indexes }) => name === FLOOR && indexes === result.indexes);
  if (floor === undefined) throw new Error(`nothing to compare ${result.name} with`);
  const ratio = (key: keyof Measurement): number => of(result, key) / of(floor, key);
  return { cpu: ratio("cpuSeconds"), wal: ratio("walBytes"), wall: ratio("wallSeconds") };
}

/** Goals against one UPDATE: as many rows for the CPU with few indexes, and much less of everything with five. */
export function missedGoals(report: Report): string[] {
  return report.results.flatMap((result) => {
    const { cpu, wal, wall } = ratios(report, result);
    const goals: readonly [applies: boolean, reached: boolean, text: string][] = [
      [result.name === OURS && result.indexes <= 1, cpu <= 1 / 0.85, `CPU ${cpu.toFixed(2)}, goal 1.18`],
      [result.name === OURS && result.indexes === 5, cpu <= 0.35, `CPU ${cpu.toFixed(2)}, goal 0.35`],
      [result.name === OURS && result.indexes === 5, wal <= 0.55, `WAL ${wal.toFixed(2)}, goal 0.55`],
      [
        result.name === OURS && result.indexes === 5,
        of(result, "heapGrowth") <= 0.25,
        `heap growth ${percent(of(result, "heapGrowth"))}, goal 25 %`,
      ],
      [result.name === OURS_TWICE, wall <= 0.6, `wall time ${wall.toFixed(2)}, goal 0.60`],
    ];
    return goals.flatMap(([applies, reached, text]) =>
      applies && !reached ? [`${result.name} with ${result.indexes} indexes: ${text}`] : [],
    );
  });
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

export function markdown(report: Report): string {
  const { rows, rounds, machine, results } = report;
  const missed = missedGoals(report);
  const counts = [...new Set(results.map(({ indexes }) => indexes))];
  const isBusy = machine.loadAtStart > machine.cores / 2;
  return [
    `# Filling a column of ${rows.toLocaleString("en")} rows`,
    "",
    ...(isBusy
      ? ["> **The machine was busy** with other work: wall times say nothing, CPU times are too high.", ""]
      : []),
    ...missed.map((goal) => `> **MISSED**: ${goal}\n`),
    `Written by \`npm run bench:backfill\` on ${machine.date}; medians of ${rounds} interleaved rounds. Rows of about 180 bytes;`,
    "the table and its indexes are made anew for each measurement, and no row may be left afterwards. CPU is that of all",
    "the server's processes, a sweep's verification included; its own process is named beside it. × is against one UPDATE.",
    "",
    ...counts.flatMap((count) => [
      `## ${count === 0 ? "The primary key alone" : `${count} ${count === 1 ? "index" : "indexes"} besides the key`}`,
      "",
      "| method | rows per CPU second | × CPU | own CPU s | wall s | × wall | WAL B/row | × WAL | heap grows by | indexes | rows that stay on their page |",
      "|---|---|---|---|---|---|---|---|---|---|---|",
      ...results.filter(({ indexes }) => indexes === count).map((result) => row(report, result)),
      "",
    ]),
    ...[...new Set(results.map(({ name, method }) => `- **${name}**: ${method}`))],
    "",
    `${machine.date}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.fileSystem}, Node ${machine.node}, PostgreSQL ${machine.postgres};`,
    `load at the start ${machine.loadAtStart.toFixed(2)}.`,
    "",
  ].join("\n");
}

function row(report: Report, result: Result): string {
  const { cpu, wal, wall } = ratios(report, result);
  return [
    `| ${result.name}`,
    `${Math.round(report.rows / of(result, "cpuSeconds") / 1000)}k`,
    cpu.toFixed(2),
    of(result, "clientCpuSeconds").toFixed(2),
    of(result, "wallSeconds").toFixed(1),
    wall.toFixed(2),
    Math.round(of(result, "walBytes") / report.rows),
    wal.toFixed(2),
    percent(of(result, "heapGrowth")),
    percent(of(result, "indexGrowth")),
    `${percent(of(result, "hotShare"))} |`,
  ].join(" | ");
}
