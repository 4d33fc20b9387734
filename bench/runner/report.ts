import type { Contender, Phase } from "./contender.ts";
import type { Machine } from "./machine.ts";
import type { PerPhase } from "./measurement.ts";
import type { Traffic } from "./round-trip-counter.ts";

interface Named {
  readonly name: string;
  readonly transaction: Contender["transaction"];
}

export type Result = Named &
  (
    | {
        readonly state: "measured";
        readonly version: string;
        /** One number a round, in the order of the rounds. */
        readonly seconds: PerPhase<readonly number[]>;
        readonly traffic: PerPhase<Traffic>;
      }
    | { readonly state: "failed"; readonly version: string; readonly reason: string }
    | { readonly state: "missing"; readonly reason: string }
  );

type Measured = Extract<Result, { state: "measured" }>;

export interface Report {
  readonly migrations: number;
  readonly rounds: number;
  readonly machine: Machine;
  readonly results: readonly Result[];
  /** Contenders that the caller did not ask for. */
  readonly leftOut: readonly string[];
}

/** All ratios are to this contender. */
const FLOOR = "psql";

export function markdown(report: Report): string {
  const { machine, migrations, rounds } = report;
  const unmeasured = report.results.filter((result) => result.state !== "measured");
  return [
    `# Migration runners side by side: ${migrations.toLocaleString("en")} small migrations`,
    "",
    ...(report.leftOut.length > 0
      ? [`> **PARTIAL RUN**, left out by \`--only\`: ${report.leftOut.join(", ")}`, ""]
      : []),
    ...unmeasured.flatMap((result) => [`> **NOT MEASURED: ${result.name} (${result.state})**: ${result.reason}`, ""]),
    `Written by \`npm run bench:runner\` on ${machine.date}. Interleaved rounds: ${rounds}. Each measurement is a whole`,
    "process on a fresh database, and the contenders' order is rotated every round. A contender is timed only when",
    "afterwards its history has every migration and every object exists.",
    "",
    ...table(["machine", ""], machineRows(machine)),
    "",
    `## Apply ${migrations.toLocaleString("en")} migrations on an empty database`,
    "",
    ...phaseTable(report, "apply"),
    "",
    "`one transaction holds` is the tool's default. One transaction for all pending migrations waits for one commit",
    "instead of one a migration, and keeps every lock until the last migration is done. psql keeps no history.",
    "",
    "## Start with nothing to do",
    "",
    ...phaseTable(report, "noop"),
    "",
    "psql has no history to look at; its row is a connection and one `SELECT`.",
    "",
    "Statements are those the server completed, round trips its ReadyForQuery answers after the start-up of a",
    "connection; both were counted by a proxy in a run of its own that was not timed. The seconds of the single rounds",
    "are in `runner.json`.",
    "",
  ].join("\n");
}

function phaseTable(report: Report, phase: Phase): string[] {
  const measured = report.results
    .filter((result): result is Measured => result.state === "measured")
    .toSorted((a, b) => median(a.seconds[phase]) - median(b.seconds[phase]));
  const floor = measured.find((result) => result.name === FLOOR);
  const rows = measured.map((result) => {
    const seconds = result.seconds[phase];
    const traffic = result.traffic[phase];
    return [
      `${result.name} ${result.version}`,
      ...(phase === "apply" ? [result.transaction] : []),
      median(seconds).toFixed(3),
      `${Math.min(...seconds).toFixed(3)}–${Math.max(...seconds).toFixed(3)}`,
      floor === undefined ? "–" : (median(seconds) / median(floor.seconds[phase])).toFixed(2),
      traffic.statements.toLocaleString("en"),
      traffic.roundTrips.toLocaleString("en"),
      String(traffic.connections),
    ];
  });
  return table(
    [
      "contender",
      ...(phase === "apply" ? ["one transaction holds"] : []),
      "median s",
      "min–max s",
      `ratio to ${FLOOR}`,
      "statements",
      "round trips",
      "connections",
    ],
    rows,
  );
}

function machineRows(machine: Machine): string[][] {
  return [
    ["cores", `${machine.cores} × ${machine.cpu}`],
    ["memory", `${machine.memoryGiB} GiB`],
    ["kernel", machine.kernel],
    [
      "file system of the data",
      `${machine.fileSystem}; one 8 KiB fdatasync takes ${machine.fdatasyncMs.toFixed(2)} ms`,
    ],
    ["load at the start", machine.loadAtStart.toFixed(2)],
    ["Node", machine.node],
    ["PostgreSQL", `${machine.postgres}, default settings`],
    [
      "of these",
      Object.entries(machine.settings)
        .map(([name, value]) => `${name} = ${value}`)
        .join(", "),
    ],
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
