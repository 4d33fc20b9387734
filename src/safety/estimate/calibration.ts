import type { Amounts, MeasuredStep, Measurements, StepName, StepWork } from "./measured-step.ts";

/** What is expected of a step in the light of what was measured. */
export interface Calibrated {
  readonly amounts: Amounts;
  /** In words; null where nothing like it was measured. */
  readonly by: string | null;
  /** How far from the likely time the true one may be, as factors. */
  readonly spread?: { readonly low: number; readonly high: number };
}

export type Calibration = (step: StepName, works: readonly StepWork[], expected: Amounts) => Calibrated;

export const UNCALIBRATED: Calibration = (_step, _works, expected) => ({ amounts: expected, by: null });

/** Where measurements come from. */
export interface Measured {
  /** In words: `rehearsal 12`. */
  readonly of: string;
  readonly measurements: Measurements;
}

/** Shorter steps tell more of the machine's other work than of theirs. */
const SHORTEST_SECONDS = 0.02;
/** Fewer bytes are those of catalogs and of the journal. */
const FEWEST_BYTES = 256 * 1024;
/** Of the same step, elsewhere; of steps that do the same work; of any. */
const SPREADS = {
  step: { low: 0.75, high: 1.35 },
  work: { low: 0.6, high: 1.8 },
  any: { low: 0.5, high: 2.2 },
} as const;
/** So many steps tell of a machine. */
const ENOUGH = 3;

/**
 * Expectations by the model, times what was measured over what the model had expected there: of the same step, where it
 * was run before; else, for the time alone, the median of steps that do the same work, or of all.
 *
 * @param all the newest first
 */
export function calibrationOf(all: readonly Measured[]): Calibration {
  if (all.length === 0) return UNCALIBRATED;
  const steps = all.flatMap(({ of, measurements }) => measurements.steps.map((step) => ({ ...step, of })));
  const timed = steps.filter(({ expected }) => (expected.seconds ?? 0) >= SHORTEST_SECONDS);
  const overall = median(timed.flatMap(timeRatio));
  return (step, works, expected) => {
    const same = steps.find((one) => isSame(one, step) && kindsOf(one.works) === kindsOf(works));
    if (same !== undefined && same.measured.seconds !== undefined) {
      return { amounts: scaled(expected, same), by: `the same step in ${same.of}`, spread: SPREADS.step };
    }
    const { seconds } = expected;
    if (seconds === undefined) return { amounts: expected, by: null };
    const alike = timed.filter((one) => kindsOf(one.works) === kindsOf(works)).flatMap(timeRatio);
    const ratio = median(alike);
    if (ratio !== undefined && kindsOf(works) !== "") {
      const by = `${alike.length === 1 ? "a step" : `${alike.length} steps`} of the same work`;
      return { amounts: { ...expected, seconds: seconds * ratio }, by, spread: SPREADS.work };
    }
    if (overall === undefined || timed.length < ENOUGH) return { amounts: expected, by: null };
    return {
      amounts: { ...expected, seconds: seconds * overall },
      by: `${timed.length} other steps`,
      spread: SPREADS.any,
    };
  };
}

const isSame = (one: StepName, other: StepName): boolean =>
  one.migration === other.migration && one.title === other.title && one.kind === other.kind;

const kindsOf = (works: readonly StepWork[]): string =>
  [...new Set(works.map(({ kind }) => kind))].toSorted().join(", ");

const timeRatio = ({ expected, measured }: MeasuredStep): readonly number[] =>
  expected.seconds === undefined || measured.seconds === undefined || expected.seconds <= 0
    ? []
    : [measured.seconds / expected.seconds];

/** What was measured, as much larger or smaller as the model says that it is here. */
function scaled(expected: Amounts, { expected: there, measured }: MeasuredStep): Amounts {
  const scale = (key: keyof Amounts, least: number): { readonly [K in keyof Amounts]?: number } => {
    const here = expected[key];
    return here === undefined ? {} : { [key]: inProportion(here, there[key], measured[key], least) };
  };
  const growth = scale("diskGrowthBytes", FEWEST_BYTES).diskGrowthBytes;
  const beside = besideOf(expected);
  // Room that is taken and given back between two looks is not seen: then the model alone knows of it.
  const peak =
    growth === undefined || beside === undefined
      ? scale("diskPeakBytes", FEWEST_BYTES)
      : {
          diskPeakBytes: Math.max(0, growth + inProportion(beside, besideOf(there), besideOf(measured), FEWEST_BYTES)),
        };
  return {
    ...scale("seconds", 0),
    ...scale("walBytes", FEWEST_BYTES),
    ...scale("tempBytes", FEWEST_BYTES),
    ...(growth === undefined ? {} : { diskGrowthBytes: growth }),
    ...peak,
  };
}

function inProportion(here: number, before: number | undefined, seen: number | undefined, least: number): number {
  const isTelling = before !== undefined && seen !== undefined && before > least && here > 0 && seen > 0;
  return isTelling ? (here * seen) / before : here;
}

/** What a step takes meanwhile and gives back in its end. */
const besideOf = ({ diskPeakBytes: peak, diskGrowthBytes: growth }: Amounts): number | undefined =>
  peak === undefined || growth === undefined ? undefined : peak - growth;

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [upper, lower] = [sorted[middle], sorted[middle - 1]];
  return upper === undefined || sorted.length % 2 === 1 || lower === undefined ? upper : (upper + lower) / 2;
}
