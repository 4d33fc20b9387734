import { describe, expect, test } from "vitest";
import { BatchSize } from "../../src/sweep/batch-size.ts";
import { Pace } from "../../src/sweep/pace.ts";
import { rangesOfPlaces } from "../../src/sweep/ranges.ts";
import { Slowdown, type Slowed } from "../../src/sweep/slowdown.ts";
import { DEFAULT_SWEEP_POLICY } from "../../src/sweep/sweep-policy.ts";
import { isWithin } from "../../src/sweep/window.ts";

test("a batch grows by a fifth at most and shrinks at once", () => {
  const size = new BatchSize(1_000, 10);
  size.took(1_000, 1, 100);
  expect(size.size).toBe(1_200);
  size.took(1_200, 200, 100);
  expect(size.size).toBe(600);
  size.halve();
  expect(size.size).toBe(300);
});

test("the short end of a range does not make batches larger, but a slow one makes them smaller", () => {
  const size = new BatchSize(1_000, 10);
  size.took(50, 1, 100);
  expect(size.size).toBe(1_000);
  size.took(50, 1_000, 100);
  expect(size.size).toBe(10);
});

test("an end of a range of which nobody knows how long it was leaves the size, unless it was slow", () => {
  const size = new BatchSize(1_000, 10);
  size.took(undefined, 1, 100);
  expect(size.size).toBe(1_000);
  size.took(undefined, 200, 100);
  expect(size.size).toBe(500);
});

test("where beginning and commit take as long as a batch should, batches do not shrink away", () => {
  const size = new BatchSize(1_000, 64);
  for (let turn = 0; turn < 100; turn++) size.took(size.size, 20, 10);
  expect(size.size).toBe(64);
});

test("a batch that was taken apart gets back to its size when nothing is in the way", () => {
  const size = new BatchSize(1_000, 64);
  for (let turn = 0; turn < 12; turn++) size.halve();
  expect(size.size).toBe(1);
  size.took(1, 200, 100);
  expect(size.size).toBe(1);
  for (let turn = 0; turn < 12; turn++) size.took(size.size, 1, 100);
  expect(size.size).toBeGreaterThanOrEqual(64);
});

test("a nice ratio rests as a multiple of the batch", () => {
  expect(new Pace().restAfter({ ...DEFAULT_SWEEP_POLICY, nice: 0.5 }, 80, 0, 0)).toEqual({ ms: 40, begins: false });
});

/**
 * Others do a thousand transactions a second on a server where each takes `ms(share)`, when the sweep is at work for
 * that share of the time.
 */
function besideOthers(ms: (share: number) => number, limit: number | undefined, seconds: number) {
  const slowdown = new Slowdown();
  let activeMs = 5_000;
  let transactions = 77;
  const shares: number[] = [];
  const told: Slowed[] = [];
  for (let second = 0; second < seconds; second++) {
    const share = slowdown.rests ? 0 : 1 / (1 + slowdown.nice);
    shares.push(share);
    for (let at = 0; at < share * 1_000; at += 100) {
      slowdown.did(100);
      activeMs += 100;
      transactions++;
    }
    activeMs += 1_000 * ms(share);
    transactions += 1_000;
    const slowed = slowdown.saw({ at: second * 1_000, activeMs, transactions }, limit);
    if (slowed !== undefined) told.push(slowed);
  }
  return { shares, told, nice: slowdown.nice };
}

describe("a sweep beside others", () => {
  test("rests behind its batches until others are slowed down by no more than the limit", () => {
    const { shares, told } = besideOthers((share) => 1 + 3 * share, 1.5, 240);
    expect(told[0]).toEqual({ usual: 1, now: 4 });
    const settled = shares.slice(60).filter((share) => share > 0);
    const mean = settled.reduce((sum, share) => sum + 1 + 3 * share, 0) / settled.length;
    expect(mean).toBeGreaterThan(1.2);
    expect(mean).toBeLessThan(1.7);
  });

  test("works all the time but for a look each minute where the server has room", () => {
    const { shares, told, nice } = besideOthers(() => 1, 1.5, 240);
    expect({ told, nice }).toEqual({ told: [], nice: 0 });
    expect(shares.filter((share) => share < 1).length).toBeLessThanOrEqual(4 * 5);
  });

  test("never rests where nobody is at work, or where nobody cares", () => {
    expect(besideOthers(() => 0.01, 1.5, 240).shares.filter((share) => share < 1)).toEqual([]);
    expect(besideOthers((share) => 1 + 3 * share, undefined, 240).shares.filter((share) => share < 1)).toEqual([]);
  });

  test("takes up its work again when there is room", () => {
    let second = 0;
    const { shares } = besideOthers((share) => (second++ < 60 ? 1 + 3 * share : 1), 1.5, 240);
    expect(Math.min(...shares.slice(20, 60))).toBeLessThan(0.5);
    expect(shares.slice(120).filter((share) => share > 0 && share < 1)).toEqual([]);
  });

  test("goes on, if slowly, however much others are slowed down", () => {
    const { shares } = besideOthers((share) => (share > 0 ? 100 : 1), 1.5, 240);
    expect(Math.min(...shares.filter((share) => share > 0))).toBe(0.2);
  });
});

test("the rest for the log's sake brings the rate down to the limit, and what was not used is not saved up", () => {
  const policy = { ...DEFAULT_SWEEP_POLICY, walBytesPerSecond: 1_000 };
  const pace = new Pace();
  pace.restAfter(policy, 0, 0, 0);
  expect(pace.restAfter(policy, 0, 2_000, 1_000)).toEqual({ ms: 1_000, begins: true });
  expect(pace.restAfter(policy, 0, 2_000, 2_000).ms).toBe(0);
  pace.restAfter(policy, 0, 2_000, 60_000);
  expect(pace.restAfter(policy, 0, 5_000, 60_000)).toEqual({ ms: 2_000, begins: false });
  expect(pace.restAfter(policy, 0, 900_000, 60_000).ms).toBe(5_000);
});

test.each([
  ["22:00", "06:00", "2026-01-10T23:00:00Z", "UTC", true],
  ["22:00", "06:00", "2026-01-10T05:59:00Z", "UTC", true],
  ["22:00", "06:00", "2026-01-10T06:00:00Z", "UTC", false],
  ["01:00", "02:00", "2026-01-10T00:30:00Z", "Europe/Berlin", true],
  ["01:00", "02:00", "2026-07-10T00:30:00Z", "Europe/Berlin", false],
  ["00:00", "00:00", "2026-07-10T00:30:00Z", "UTC", false],
])("from %s to %s, %s in %s is within: %s", (from, to, at, timeZone, expected) => {
  expect(isWithin({ from, to, timeZone }, Date.parse(at))).toBe(expected);
});

test("ranges cover all blocks once", () => {
  for (const blocks of [0, 1, 1_024, 1_025, 5_000_000]) {
    for (const isStrided of [false, true]) {
      const ranges = rangesOfPlaces(0, { blocks }, isStrided);
      const ends = ranges.map(({ low, high }) => [low?.[0], high[0]]);
      expect(ends.length).toBeLessThanOrEqual(306);
      expect(
        ends
          .flat()
          .filter((place, index, all) => index % 2 === 1 && index < all.length - 1 && place !== all[index + 1]),
      ).toEqual([]);
      expect(ends[0]?.[0]).toBe(blocks === 0 ? undefined : "(0,0)");
      expect(ends.at(-1)?.[1]).toBe(blocks === 0 ? undefined : `(${blocks},0)`);
    }
  }
});
