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

/** Actual over expected; undefined where there is too little of both to tell. Where nothing was expected, all is too much. */
function ratio({ expected, actual }: Sides, least: number): number | undefined {
  return Math.max(Math.abs(expected), Math.abs(actual)) < least ? undefined : actual / expected;
}

const mega = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1);
const shown = (sides: Sides): string => `${mega(sides.expected)} ${mega(sides.actual)}`;
const factor = (value: number | undefined): string => (value === undefined ? "-" : value.toFixed(2));

const COLUMNS: readonly (readonly [name: string, width: number])[] = [
  ["plan", 43],
  ["table", 20],
  ["rows", 7],
  ["s exp", 6],
  ["act", 6],
  ["×", 5],
  ["warm ×", 6],
  ["log MB exp", 10],
  ["act", 7],
  ["×", 5],
  ["disk MB exp", 11],
  ["act", 7],
  ["×", 5],
  ["peak MB exp", 11],
  ["act", 7],
  ["×", 5],
  ["temp MB", 7],
  ["act", 6],
  ["locks", 5],
];

const padded = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => (at < 2 ? cell.padEnd(COLUMNS[at]?.[1] ?? 0) : cell.padStart(COLUMNS[at]?.[1] ?? 0)))
    .join("  ")
    .trimEnd();

export const HEAD = padded(COLUMNS.map(([name]) => name));

/** What was expected beside what came. */
export function lineOf(result: CaseResult): string {
  const { of, cold, warm, traced, otherLocks, otherWork, untraced } = result;
  const bytes = (key: Key): readonly string[] => {
    const sides = bytesOf(cold, key);
    return [mega(sides.expected), mega(sides.actual), ...(key === "tempBytes" ? [] : [factor(ratio(sides, FEWEST))])];
  };
  const time = timeOf(cold);
  return padded([
    of.name,
    of.on,
    String(of.rows),
    time.expected.toFixed(2),
    time.actual.toFixed(2),
    factor(ratio(time, SHORTEST)),
    warm === undefined ? "-" : factor(ratio(timeOf(warm), SHORTEST)),
    ...bytes("walBytes"),
    ...bytes("diskGrowthBytes"),
    ...bytes("diskPeakBytes"),
    ...bytes("tempBytes"),
    untraced === undefined ? `${traced - otherLocks}/${traced}` : `not traced (${untraced})`,
    ...(otherWork === 0 ? [] : [`(work ${traced - otherWork}/${traced})`]),
  ]);
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
  /** What tells of it: the first run, its bytes, or the copies behind it. */
  readonly of: "time" | "bytes" | "copies";
  readonly what: string;
  readonly is: string;
  readonly isMet: boolean;
}

/** The goals, and whether they were met: medians over the plans that are large enough to tell. */
export function goalsOf(results: readonly CaseResult[]): readonly Goal[] {
  const traced = results.filter(({ untraced }) => untraced === undefined);
  const wrong = traced.filter(({ otherLocks }) => otherLocks > 0);
  const cold = (of: (one: CaseResult["cold"]) => Sides, least: number): readonly number[] =>
    results.flatMap((one) => errorOf(of(one.cold), least));
  const bytes = (key: Key): readonly number[] => cold((one) => bytesOf(one, key), FEWEST);
  return [
    {
      of: "copies",
      what: "locks as foreseen in every statement",
      is: `${traced.length - wrong.length} of ${traced.length} plans that were traced to their end, of ${results.length}`,
      isMet: wrong.length === 0 && traced.length === results.length,
    },
    goal("time", "time within a factor of 2, not calibrated", cold(timeOf, SHORTEST), 1),
    goal(
      "copies",
      "time within 25 % after one rehearsal",
      results.flatMap(({ warm }) => (warm === undefined ? [] : errorOf(timeOf(warm), SHORTEST))),
      0.25,
    ),
    goal("bytes", "log within 20 %", bytes("walBytes"), 0.2),
    goal("bytes", "disk within 20 %", bytes("diskGrowthBytes"), 0.2),
    goal("bytes", "peak of the disk within 20 %", bytes("diskPeakBytes"), 0.2),
  ];
}

/** By how much the one is more than the other; none where there is too little of both to tell. */
function errorOf(sides: Sides, least: number): readonly number[] {
  const value = ratio(sides, least);
  if (value === undefined) return [];
  return [value > 0 ? Math.max(value, 1 / value) - 1 : Number.POSITIVE_INFINITY];
}

function goal(of: Goal["of"], what: string, errors: readonly number[], most: number): Goal {
  const middle = median(errors);
  const within = errors.filter((error) => error <= most).length;
  const is =
    middle === undefined
      ? "no plan is large enough"
      : `${percent(middle)} in the middle, ${within} of ${errors.length} plans within`;
  return { of, what, is, isMet: middle !== undefined && middle <= most };
}

const percent = (error: number): string =>
  Number.isFinite(error) ? `${Math.round(error * 100)} % off` : "of the other sign";
