import { describe, expect, test } from "vitest";
import { calibrationOf, median } from "../../../src/safety/estimate/calibration.ts";
import type { Amounts, MeasuredStep, StepWork } from "../../../src/safety/estimate/measured-step.ts";

const BUILD: readonly StepWork[] = [{ kind: "index-build", relation: "public.t", rows: 1, bytes: 1 }];
const named = (migration: string) =>
  ({ migration, step: 1, title: "CREATE INDEX", kind: "concurrent", phase: "expand" }) as const;
const step = (migration: string, expected: Amounts, measured: Amounts, works = BUILD): MeasuredStep => ({
  ...named(migration),
  works,
  expected,
  measured,
});
const from = (...steps: readonly MeasuredStep[]) =>
  calibrationOf([{ of: "rehearsal 7", measurements: { serverVersion: 180000, settings: {}, steps } }]);

const MB = 1024 ** 2;

describe("what was measured", () => {
  test("of the same step scales with what the model says of both databases", () => {
    const calibrated = from(step("a", { seconds: 2, walBytes: 10 * MB }, { seconds: 3, walBytes: 11 * MB }))(
      named("a"),
      BUILD,
      {
        seconds: 20,
        walBytes: 100 * MB,
        tempBytes: 5,
      },
    );
    expect(calibrated).toMatchObject({
      amounts: { seconds: 30, walBytes: 110 * MB, tempBytes: 5 },
      by: "the same step in rehearsal 7",
    });
  });

  test("of a step that nobody saw at its peak leaves it at what the model says of the room beside", () => {
    const copy = { seconds: 1, diskGrowthBytes: 4 * MB, diskPeakBytes: 20 * MB };
    const here = { seconds: 1, diskGrowthBytes: 8 * MB, diskPeakBytes: 24 * MB };
    const peakBy = (measured: Amounts) => from(step("a", copy, measured))(named("a"), BUILD, here).amounts;
    expect(peakBy({ seconds: 1, diskGrowthBytes: 6 * MB, diskPeakBytes: 6 * MB })).toMatchObject({
      diskGrowthBytes: 12 * MB,
      diskPeakBytes: 28 * MB,
    });
    expect(peakBy({ seconds: 1, diskGrowthBytes: 4 * MB, diskPeakBytes: 28 * MB }).diskPeakBytes).toBe(32 * MB);
  });

  test("of steps of the same work counts for the time alone, by its median", () => {
    const calibrate = from(
      step("a", { seconds: 1, walBytes: MB }, { seconds: 2, walBytes: 9 * MB }),
      step("b", { seconds: 1 }, { seconds: 3 }),
      step("c", { seconds: 1 }, { seconds: 90 }),
    );
    const { amounts, by } = calibrate(named("other"), BUILD, { seconds: 10, walBytes: MB });
    expect(amounts).toEqual({ seconds: 30, walBytes: MB });
    expect(by).toBe("3 steps of the same work");
  });

  test("of a few moments says nothing of other steps", () => {
    const expected = { seconds: 10 };
    expect(from(step("a", { seconds: 0.001 }, { seconds: 1 }))(named("other"), BUILD, expected)).toEqual({
      amounts: expected,
      by: null,
    });
  });

  test("of the same name but other work is another step", () => {
    const scan: readonly StepWork[] = [{ kind: "scan", relation: "public.t", rows: 1, bytes: 1 }];
    expect(from(step("a", { seconds: 1 }, { seconds: 50 }, scan))(named("a"), BUILD, { seconds: 1 }).by).toBeNull();
  });

  test("of bytes that are those of the journal, or that came to nothing, does not scale", () => {
    const calibrate = from(
      step("a", { seconds: 1, walBytes: 1_000, tempBytes: 5 * MB }, { seconds: 1, walBytes: 90_000, tempBytes: 0 }),
    );
    expect(calibrate(named("a"), BUILD, { seconds: 1, walBytes: MB, tempBytes: 7 * MB }).amounts).toMatchObject({
      walBytes: MB,
      tempBytes: 7 * MB,
    });
  });

  test("nowhere leaves the model as it is", () => {
    expect(calibrationOf([])(named("a"), BUILD, { seconds: 4 })).toEqual({ amounts: { seconds: 4 }, by: null });
  });
});

test("the median of an even number is between the two in the middle, and there is none of nothing", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([])).toBeUndefined();
});
