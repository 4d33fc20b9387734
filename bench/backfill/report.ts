import type { Machine } from "../runner/machine.ts";
import { CONTENDERS, ONE_UPDATE } from "./contenders.ts";
import { goals } from "./goals.ts";
import { figure, find, type Result } from "./results.ts";

export interface Report {
  readonly isQuick: boolean;
  /** Of a table smaller than what the goals are meant for. */
  readonly isTrial: boolean;
  readonly machine: Machine;
  readonly results: readonly Result[];
  /** Contenders that the caller did not ask for, and measurements for which the time did not suffice. */
  readonly leftOut: readonly string[];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

export function markdown(report: Report): string {
  const { machine, results, isQuick, isTrial, leftOut } = report;
  const isBusy = machine.loadAtStart > machine.cores / 2;
  const tables = [...new Map(results.map((one) => [`${one.rows}/${one.indexes}`, one])).values()];
  return [
    "# Filling a column of a large table",
    "",
    ...(isTrial ? ["> **TRIAL RUN** on smaller tables than the benchmark is meant for.", ""] : []),
    ...(isQuick
      ? [
          "> **QUICK RUN**: one round; on the largest tables only what the goals speak of, with the fewest and the most indexes,",
          "> and without pgroll.",
          "",
        ]
      : []),
    ...(isBusy
      ? ["> **The machine was busy** with other work: wall times say nothing, CPU times are too high.", ""]
      : []),
    ...(leftOut.length > 0 ? [`> **NOT MEASURED**: ${leftOut.join("; ")}`, ""] : []),
    `Written by \`npm run bench:backfill\` on ${machine.date}. A bigint column gets the value of an int column of the same`,
    "row; rows of about 180 bytes. Each measurement has a copy of the same files, rounds are interleaved, and no row may be",
    "left afterwards. CPU is that of all the server's processes and of the contender's own, a sweep's verification included;",
    "× is against one UPDATE on the same table.",
    "",
    "## Goals",
    "",
    "| goal | wanted | found | |",
    "|---|---|---|---|",
    ...goals(results).map(
      ({ text, wanted, found, isMet }) => `| ${text} | ${wanted} | ${found} | ${isMet ? "met" : "**MISSED**"} |`,
    ),
    "",
    ...tables.flatMap((table) => [
      `## ${table.rows.toLocaleString("en")} rows, ${table.indexes === 0 ? "the primary key alone" : `${table.indexes} ${table.indexes === 1 ? "index" : "indexes"} besides the key`}`,
      "",
      "| method | rows per CPU s | × CPU | server CPU s | own CPU s | wall s | × wall | WAL B/row | × WAL | heap grows by | indexes | rows that stay on their page | rounds |",
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
      ...results
        .filter(({ rows, indexes }) => rows === table.rows && indexes === table.indexes)
        .map((result) => row(results, result)),
      "",
    ]),
    "## Methods",
    "",
    ...CONTENDERS.filter(({ name }) => results.some((one) => one.name === name)).map(
      ({ name, method }) => `- **${name}**: ${method}`,
    ),
    "",
    `${machine.date}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.fileSystem}, Node ${machine.node}, PostgreSQL ${machine.postgres};`,
    `shared_buffers ${machine.settings["shared_buffers"]}; load at the start ${machine.loadAtStart.toFixed(2)}.`,
    "",
  ].join("\n");
}

function row(results: readonly Result[], result: Result): string {
  const floor = find(results, ONE_UPDATE, result);
  const times = (key: Parameters<typeof figure>[1]): string =>
    floor === undefined ? "–" : (figure(result, key) / figure(floor, key)).toFixed(2);
  const cells = [
    result.name,
    `${Math.round(result.rows / figure(result, "cpuSeconds") / 1000)}k`,
    times("cpuSeconds"),
    figure(result, "serverCpuSeconds").toFixed(2),
    figure(result, "clientCpuSeconds").toFixed(2),
    figure(result, "wallSeconds").toFixed(1),
    times("wallSeconds"),
    Math.round(figure(result, "walBytes") / result.rows),
    times("walBytes"),
    percent(figure(result, "heapGrowth")),
    percent(figure(result, "indexGrowth")),
    percent(figure(result, "hotShare")),
    result.measurements.length,
  ];
  return `| ${cells.join(" | ")} |`;
}
