import { bytesInWords } from "../../effects/numbers-in-words.ts";
import { count } from "../../errors/count.ts";
import type { Accuracy, ComparedStep } from "../../safety/estimate/accuracy.ts";
import type { Amounts } from "../../safety/estimate/measured-step.ts";
import { formatMs, formatTime, oneLine, table } from "../format.ts";
import type { Paint } from "../paint.ts";

const HEAD = [
  "from",
  "at",
  "migration",
  "step",
  "time expected",
  "took",
  "log expected",
  "came",
  "disk expected",
  "grew",
];
const TITLE_WIDTH = 36;

/** What had been expected of each step, beside what it took. */
export function accuracyText({ steps, medians, unpredicted }: Accuracy, paint: Paint): string {
  if (steps.length === 0) return "Nothing was run here, and nothing rehearsed.";
  const [head = "", ...lines] = table(HEAD, steps.map(rowOf));
  const told = [
    ratioText("time", medians.seconds),
    ratioText("log", medians.walBytes),
    ratioText("disk", medians.diskGrowthBytes),
    ratioText("temporary files", medians.tempBytes),
  ].filter((one) => one !== undefined);
  return [
    paint("dim", head),
    ...lines,
    "",
    told.length === 0
      ? "No step has both sides, and lasted long enough to tell."
      : `Actual over expected, in the middle: ${told.join(", ")}.`,
    ...(steps.some(({ by }) => by === "planner")
      ? [paint("dim", "*  by the stored plan, which counts the work on rows alone")]
      : []),
    ...(steps.some(({ wasInterrupted }) => wasInterrupted)
      ? [paint("dim", "A step that was interrupted and gone on with shows no time: how long it worked is not known.")]
      : []),
    ...(unpredicted === 0 ? [] : [paint("dim", `${count(unpredicted, "step")} of which nothing had been expected.`)]),
    ...(steps.some(({ source }) => source === "run")
      ? [paint("dim", "Runs do not measure log and disk; rehearsals do.")]
      : []),
  ].join("\n");
}

function rowOf(step: ComparedStep): string[] {
  const { source, number, at, migration, predicted, actual, by } = step;
  const mark = by === "planner" ? "*" : "";
  return [
    `${source} ${number}`,
    formatTime(at),
    migration,
    `${step.step}  ${oneLine(step.title, TITLE_WIDTH)}`,
    `${time(predicted)}${mark}`,
    time(actual),
    bytes(predicted?.walBytes),
    bytes(actual.walBytes),
    bytes(predicted?.diskGrowthBytes),
    bytes(actual.diskGrowthBytes),
  ];
}

const time = (amounts: Amounts | null): string =>
  amounts?.seconds === undefined ? "-" : formatMs(amounts.seconds * 1_000);

const bytes = (value: number | undefined): string =>
  value === undefined ? "-" : value < 0 ? `-${bytesInWords(-value)}` : bytesInWords(value);

const ratioText = (what: string, ratio: number | null): string | undefined =>
  ratio === null ? undefined : `${what} ${ratio.toFixed(2)}`;
