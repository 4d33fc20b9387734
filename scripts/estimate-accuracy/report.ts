import { median } from "../../src/safety/estimate/calibration.ts";
import type { Expectation } from "../../src/safety/estimate/estimate.ts";
import type { Amounts } from "../../src/safety/estimate/measured-step.ts";
import type { MeteredStep } from "../../src/safety/rehearsal/measure/step-meter.ts";
import type { CaseResult } from "./run-case.ts";

/** Shorter plans, and fewer bytes, are those of catalogs and of the journal. */
const SHORTEST = 0.05;
const FEWEST = 1024 * 1024;

interface Sides {
  readonly expected: number;
  readonly actual: number;
}

type Key = "walBytes" | "diskGrowthBytes" | "diskPeakBytes" | "tempBytes";

const actualOf = (ran: readonly MeteredStep[], key: keyof Amounts): number =>
  ran.reduce((sum, { measured }) => sum + (measured[key] ?? 0), 0);

/** Peaks do not add up: what a step has beside goes with it. */
function peakOf(ran: readonly MeteredStep[]): number {
  let [grown, peak] = [0, 0];
  for (const { measured } of ran) {
    peak = Math.max(peak, grown + (measured.diskPeakBytes ?? 0));
    grown += measured.diskGrowthBytes ?? 0;
  }
  return peak;
}

const timeOf = ({ estimate, ran }: CaseResult["cold"]): Sides => ({
  expected: estimate.total.seconds.likely,
  actual: actualOf(ran, "seconds"),
});

const bytesOf = ({ estimate, ran }: CaseResult["cold"], key: Key): Sides => ({
  expected: estimate.total[key satisfies keyof Expectation],
  actual: key === "diskPeakBytes" ? peakOf(ran) : actualOf(ran, key),
});

/** Actual over expected; undefined where there is too little of both to tell. */
function ratio({ expected, actual }: Sides, least: number): number | undefined {
  if (Math.max(Math.abs(expected), Math.abs(actual)) < least || expected === 0) return undefined;
  return actual / expected;
}

const mega = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1);
const shown = (sides: Sides): string => `${mega(sides.expected)} ${mega(sides.actual)}`;
const factor = (value: number | undefined): string => (value === undefined ? "-" : value.toFixed(2));

export function tableOf(results: readonly CaseResult[]): string {
  const head = [
    "plan",
    "rows",
    "s exp",
    "s act",
    "×",
    "warm ×",
    "wal MB exp act",
    "×",
    "disk MB exp act",
    "×",
    "peak MB exp act",
    "×",
    "temp MB",
    "locks",
  ];
  const lines = results.map((one) => [
    one.name,
    String(one.rows),
    timeOf(one.cold).expected.toFixed(2),
    timeOf(one.cold).actual.toFixed(2),
    factor(ratio(timeOf(one.cold), SHORTEST)),
    factor(ratio(timeOf(one.warm), SHORTEST)),
    shown(bytesOf(one.cold, "walBytes")),
    factor(ratio(bytesOf(one.cold, "walBytes"), FEWEST)),
    shown(bytesOf(one.cold, "diskGrowthBytes")),
    factor(ratio(bytesOf(one.cold, "diskGrowthBytes"), FEWEST)),
    shown(bytesOf(one.cold, "diskPeakBytes")),
    factor(ratio(bytesOf(one.cold, "diskPeakBytes"), FEWEST)),
    shown(bytesOf(one.cold, "tempBytes")),
    one.untraced === undefined ? `${one.traced - one.differences}/${one.traced}` : `not traced (${one.untraced})`,
  ]);
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Each step of a plan, for whoever looks for what the model has not. */
export const stepsOf = ({ cold: { estimate, ran } }: CaseResult): string =>
  estimate.steps
    .map((step, at) => {
      const seen = ran[at]?.measured;
      const sides = (key: Key): string => shown({ expected: step.expected[key] ?? 0, actual: seen?.[key] ?? 0 });
      const seconds = `${(step.expected.seconds ?? 0).toFixed(2)} ${(seen?.seconds ?? 0).toFixed(2)} s`;
      const what = step.title.slice(0, 50).padEnd(50);
      return `    ${step.step}  ${what}  ${seconds}, wal ${sides("walBytes")}, disk ${sides("diskGrowthBytes")}, peak ${sides("diskPeakBytes")}`;
    })
    .join("\n");

interface Goal {
  readonly what: string;
  readonly is: string;
  readonly isMet: boolean;
}

/** The goals, and whether they were met: medians over the plans that are large enough to tell. */
export function goalsOf(results: readonly CaseResult[]): readonly Goal[] {
  const errors = (sides: (one: CaseResult) => Sides, least: number): readonly number[] =>
    results.flatMap((one) => {
      const value = ratio(sides(one), least);
      return value === undefined ? [] : [value > 0 ? Math.max(value, 1 / value) - 1 : Number.POSITIVE_INFINITY];
    });
  const goal = (what: string, of: readonly number[], most: number): Goal => {
    const middle = median(of);
    const within = of.filter((error) => error <= most).length;
    const is =
      middle === undefined
        ? "no plan is large enough"
        : `${percent(middle)} in the middle, ${within} of ${of.length} plans within`;
    return { what, is, isMet: middle !== undefined && middle <= most };
  };
  const traced = results.filter(({ untraced }) => untraced === undefined);
  const wrong = traced.filter(({ differences }) => differences > 0);
  return [
    {
      what: "locks as foreseen in every statement",
      is: `${traced.length - wrong.length} of ${traced.length} plans that were traced to their end, of ${results.length}`,
      isMet: wrong.length === 0 && traced.length === results.length,
    },
    goal(
      "time within a factor of 2, not calibrated",
      errors((one) => timeOf(one.cold), SHORTEST),
      1,
    ),
    goal(
      "time within 25 % after one rehearsal",
      errors((one) => timeOf(one.warm), SHORTEST),
      0.25,
    ),
    goal(
      "log within 20 %",
      errors((one) => bytesOf(one.cold, "walBytes"), FEWEST),
      0.2,
    ),
    goal(
      "disk within 20 %",
      errors((one) => bytesOf(one.cold, "diskGrowthBytes"), FEWEST),
      0.2,
    ),
    goal(
      "peak of the disk within 20 %",
      errors((one) => bytesOf(one.cold, "diskPeakBytes"), FEWEST),
      0.2,
    ),
  ];
}

const percent = (error: number): string =>
  Number.isFinite(error) ? `${Math.round(error * 100)} % off` : "of the other sign";
