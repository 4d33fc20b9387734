import { bytesInWords } from "../../effects/numbers-in-words.ts";
import { count } from "../../errors/count.ts";
import type { Expectation, PlanEstimate, SecondsRange, StepEstimate } from "../../safety/estimate/estimate.ts";
import type { Money } from "../../safety/estimate/money.ts";
import { formatMs, oneLine, table } from "../format.ts";
import type { Paint } from "../paint.ts";

export interface EstimateData {
  readonly migrations: readonly PlanEstimate[];
  readonly total: Expectation;
  readonly server: { readonly replicas: number; readonly archives: boolean; readonly isKnown: boolean };
  readonly money?: Money;
  /** Number of the evidence in which it was recorded. */
  readonly kept?: number;
}

const HEAD = ["step", "time", "from", "to", "log", "temporary", "disk", "at most", "read", "written"];
const TITLE_WIDTH = 44;

/** Each step with its time and its bytes, and the sum of all. */
export function estimateText(
  { migrations, total, server, money, kept }: EstimateData,
  paint: Paint,
  isVerbose: boolean,
): string {
  const rows = migrations.flatMap(({ steps }) =>
    steps.map((step) => rowOf(`  ${step.step}  ${titleOf(step)}`, step.estimate)),
  );
  const [head = "", ...lines] = table(HEAD, [...rows, rowOf("total", total)]);
  let next = 0;
  return [
    paint("dim", head),
    ...migrations.flatMap(({ migration, steps }) => [
      paint("bold", migration),
      ...steps.flatMap((step) => [lines[next++] ?? "", ...detailLines(step, paint, isVerbose)]),
    ]),
    paint("bold", lines.at(-1) ?? ""),
    ...trafficLines(total, server, paint),
    ...(money === undefined ? [] : moneyLines(money, paint)),
    ...footLines(migrations, paint),
    ...(kept === undefined
      ? []
      : [paint("dim", `Recorded as evidence ${kept}, for \`lockkeeper history --accuracy\`.`)]),
  ].join("\n");
}

const titleOf = ({ title }: StepEstimate): string => oneLine(title, TITLE_WIDTH);

function rowOf(title: string, { seconds, ...bytes }: Expectation): string[] {
  return [
    title,
    time(seconds.likely),
    time(seconds.low),
    time(seconds.high),
    bytesInWords(bytes.walBytes),
    bytesInWords(bytes.tempBytes),
    signedBytes(bytes.diskGrowthBytes),
    bytesInWords(bytes.diskPeakBytes),
    bytesInWords(bytes.readBytes),
    bytesInWords(bytes.writtenBytes),
  ];
}

const time = (seconds: number): string => formatMs(seconds * 1_000);

const signedBytes = (bytes: number): string =>
  bytes < 0 ? `-${bytesInWords(-bytes)}` : bytes === 0 ? "0" : `+${bytesInWords(bytes)}`;

function detailLines({ unknown, calibratedBy }: StepEstimate, paint: Paint, isVerbose: boolean): string[] {
  return [
    ...unknown.map((what) => `       ${paint("yellow", "not counted:")} ${what}`),
    ...(isVerbose && calibratedBy !== null ? [`       ${paint("dim", "measured:")} ${calibratedBy}`] : []),
  ];
}

function trafficLines(
  { replicaBytes, archiveBytes }: Expectation,
  { replicas, archives, isKnown }: EstimateData["server"],
  paint: Paint,
): string[] {
  const sent = replicas === 0 ? "no replica" : `${count(replicas, "replica")}, ${bytesInWords(replicaBytes)} in all`;
  const kept = archives
    ? bytesInWords(archiveBytes)
    : isKnown
      ? "nothing, the log is not archived"
      : "not known without the server";
  return [`${paint("dim", "replicas:")} ${sent}`, `${paint("dim", "archive:")}  ${kept}`];
}

function moneyLines({ card, currency, example, asOf, once, storagePerMonth }: Money, paint: Paint): string[] {
  const amount = (value: number): string => `${value.toFixed(Math.abs(value) < 10 ? 4 : 2)} ${currency}`;
  const range = ({ low, likely, high }: SecondsRange): string =>
    `${amount(likely)} (${amount(low)} to ${amount(high)})`;
  const since = asOf === undefined ? "nobody says of what day" : `of ${asOf}`;
  return [
    "",
    `${paint("bold", `By the rate card ${card}`)} (${example ? "an example: its numbers are invented" : since})`,
    ...table(
      ["", ""],
      [
        ["  once", range(once.total)],
        ["    reading", amount(once.reads)],
        ["    writing", amount(once.writes)],
        ["    to replicas", amount(once.replicaTraffic)],
        ["    to the archive", amount(once.archiveTraffic)],
        ["    the server's time", range(once.compute)],
        ["  each month, for storage", amount(storagePerMonth)],
      ],
    ).slice(1),
  ];
}

function footLines(migrations: readonly PlanEstimate[], paint: Paint): string[] {
  const steps = migrations.flatMap((one) => one.steps);
  const measured = steps.filter(({ calibratedBy }) => calibratedBy !== null).length;
  const said =
    measured === 0
      ? "Nothing like it was measured on this server: times may be off by a factor of two and more. `lockkeeper rehearse` measures."
      : `${measured} of ${count(steps.length, "step")} by what was measured before.`;
  return ["", paint("dim", said)];
}
