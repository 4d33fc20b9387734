import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Window, windowDefect } from "../../src/safety/windows/window.ts";

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);
const shown = (instant: number | null): string | null => (instant === null ? null : new Date(instant).toISOString());

/** How it stands, in UTC. */
function stateOf(spec: { opens: string | readonly string[]; hours: number; timeZone?: string }, now: string) {
  const { opens, hours, timeZone = "Europe/Berlin" } = spec;
  const window = new Window({ opens: [opens].flat(), lastsMs: hours * HOUR, timeZone });
  const { isOpen, until, next } = window.stateAt(at(now));
  return { isOpen, until: shown(until), next: shown(next) };
}

describe("a window", () => {
  test("is open from its time on for as long as it lasts, by the clock of its zone", () => {
    const nightly = { opens: "0 22 * * *", hours: 3 };
    const next = "2026-01-10T21:00:00.000Z";
    expect(stateOf(nightly, "2026-01-10T20:59:59.999Z")).toEqual({ isOpen: false, until: null, next });
    const open = { isOpen: true, until: "2026-01-11T00:00:00.000Z", next: "2026-01-11T21:00:00.000Z" };
    expect(stateOf(nightly, "2026-01-10T21:00:00Z")).toEqual(open);
    // Midnight lies in it.
    expect(stateOf(nightly, "2026-01-10T23:59:59.999Z")).toEqual(open);
    expect(stateOf(nightly, "2026-01-11T00:00:00Z")).toEqual({ ...open, isOpen: false, until: null });
  });

  test("opens where the clocks land, when they skip its time", () => {
    const early = { opens: "30 2 * * *", hours: 1 };
    expect(stateOf(early, "2026-03-29T00:59:59Z")).toEqual({
      isOpen: false,
      until: null,
      next: "2026-03-29T01:00:00.000Z",
    });
    expect(stateOf(early, "2026-03-29T01:00:00Z")).toMatchObject({ isOpen: true, until: "2026-03-29T02:00:00.000Z" });
  });

  test("opens once in the hour that comes twice", () => {
    const early = { opens: "30 2 * * *", hours: 0.5 };
    expect(stateOf(early, "2026-10-25T00:30:00Z")).toMatchObject({ isOpen: true, until: "2026-10-25T01:00:00.000Z" });
    expect(stateOf(early, "2026-10-25T01:30:00Z")).toEqual({
      isOpen: false,
      until: null,
      next: "2026-10-26T01:30:00.000Z",
    });
  });

  test("lasts as long as it is to in elapsed time, over both changes of the clocks", () => {
    const night = { opens: "0 1 * * *", hours: 4 };
    // From 1:00 to 6:00 by the clock in spring, and to 4:00 in autumn.
    expect(stateOf(night, "2026-03-29T03:59:00Z")).toMatchObject({ isOpen: true, until: "2026-03-29T04:00:00.000Z" });
    expect(stateOf(night, "2026-10-25T02:59:00Z")).toMatchObject({ isOpen: true, until: "2026-10-25T03:00:00.000Z" });
    expect(stateOf(night, "2026-10-25T03:00:00Z")).toMatchObject({ isOpen: false });
  });

  test("opens at the first moment of a day whose midnight is skipped", () => {
    const daily = { opens: "0 0 * * *", hours: 1, timeZone: "Africa/Cairo" };
    expect(stateOf(daily, "2024-04-25T21:59:59Z")).toMatchObject({ isOpen: false, next: "2024-04-25T22:00:00.000Z" });
    // Samoa had no 30th of December in 2011.
    const samoa = { opens: "0 12 30 12 *", hours: 2, timeZone: "Pacific/Apia" };
    expect(stateOf(samoa, "2011-12-30T09:00:00Z")).toMatchObject({ isOpen: false, next: "2011-12-30T10:00:00.000Z" });
    expect(stateOf(samoa, "2011-12-30T10:00:00Z")).toMatchObject({ isOpen: true, until: "2011-12-30T12:00:00.000Z" });
  });

  test("stays open where it opens again before it closes, and for good where it always does", () => {
    const two = { opens: ["0 1 * * 1", "0 3 * * 1"], hours: 2, timeZone: "UTC" };
    expect(stateOf(two, "2026-06-01T01:30:00Z")).toMatchObject({ isOpen: true, until: "2026-06-01T05:00:00.000Z" });
    expect(stateOf({ opens: "* * * * *", hours: 1 }, "2026-06-01T01:30:00Z")).toMatchObject({
      isOpen: true,
      until: null,
    });
  });

  test("is refused with what is wrong with its expression", () => {
    expect(windowDefect("0 2 * * 1-5")).toBeUndefined();
    expect(windowDefect("0 2 * * THU#1")).toBeUndefined();
    expect(windowDefect("0 2 * *")).toContain("five fields");
    expect(windowDefect("@daily")).toContain("five fields");
    expect(windowDefect("H 2 * * *")).toContain("chance");
    expect(windowDefect("0 2 1-7 * 0")).toContain("either would do");
    expect(windowDefect("0 25 * * *")).toContain("cannot be understood");
    expect(windowDefect("0 2 30 2 *")).toContain("cannot be understood");
  });
});

/** Days on which clocks are put, or a day is left out: in the middle of the night, at midnight, by half an hour. */
const ODD_DAYS: readonly (readonly [zone: string, day: string])[] = [
  ["Europe/Berlin", "2026-03-29"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-03-08"],
  ["America/New_York", "2026-11-01"],
  ["America/Santiago", "2025-09-07"],
  ["America/Sao_Paulo", "2017-10-15"],
  ["America/Sao_Paulo", "2018-02-17"],
  ["Asia/Beirut", "2024-03-31"],
  ["Africa/Cairo", "2024-10-31"],
  ["Africa/Casablanca", "2026-02-15"],
  ["Australia/Lord_Howe", "2025-10-05"],
  ["Australia/Lord_Howe", "2026-04-05"],
  ["Pacific/Chatham", "2026-04-05"],
  ["Pacific/Apia", "2011-12-30"],
  ["Asia/Kathmandu", "2026-01-01"],
];

const QUARTER = 15 * 60_000;
const DAY = 24 * HOUR;

interface Schedule {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly weekdays: readonly number[] | undefined;
}

/** What a clock on the wall would show, as if it were UTC. */
function clockOf(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  return (instant) => Date.parse(`${format.format(instant).replace(" ", "T")}Z`);
}

const isScheduled = ({ minutes, hours, weekdays }: Schedule, wall: number): boolean => {
  const time = new Date(wall);
  return (
    minutes.includes(time.getUTCMinutes()) &&
    hours.includes(time.getUTCHours()) &&
    (weekdays?.includes(time.getUTCDay()) ?? true)
  );
};

/** Watches the clock for some days, a quarter of an hour after the other, and writes down when it passes a time of the schedule. */
function openingsBetween(from: number, to: number, timeZone: string, schedule: Schedule): readonly number[] {
  const clock = clockOf(timeZone);
  const openings: number[] = [];
  let latest = clock(from);
  for (let now = from + QUARTER; now <= to; now += QUARTER) {
    const wall = clock(now);
    let passes = false;
    for (let time = latest + QUARTER; time <= wall; time += QUARTER) passes ||= isScheduled(schedule, time);
    if (passes) openings.push(now);
    latest = Math.max(latest, wall);
  }
  return openings;
}

test("a window is as somebody finds it who watches the clock on the wall", () => {
  const several = (below: number, step: number) =>
    fc.uniqueArray(
      fc.nat(below / step - 1).map((nth) => nth * step),
      { minLength: 1, maxLength: 3 },
    );
  const cases = fc.record({
    odd: fc.constantFrom(...ODD_DAYS),
    minutes: several(60, 15),
    hours: several(24, 1),
    weekdays: fc.option(several(7, 1), { nil: undefined }),
    quarters: fc.integer({ min: 1, max: 120 }),
    /** From the odd day's midnight in UTC. */
    offsetMs: fc.integer({ min: -DAY, max: 2 * DAY }),
  });
  fc.assert(
    fc.property(cases, ({ odd: [timeZone, day], minutes, hours, weekdays, quarters, offsetMs }) => {
      const schedule = { minutes, hours, weekdays };
      const lastsMs = quarters * QUARTER;
      const now = at(`${day}T00:00:00Z`) + offsetMs;
      const from = Math.floor(now / QUARTER) * QUARTER;
      const openings = openingsBetween(from - 10 * DAY, from + 9 * DAY, timeZone, schedule);
      const last = openings.findLast((one) => one <= now) ?? Number.NEGATIVE_INFINITY;
      let until = last + lastsMs;
      const isOpen = now < until;
      for (const again of openings) if (again > last && again <= until) until = again + lastsMs;
      const cron = `${minutes.join(",")} ${hours.join(",")} * * ${weekdays?.join(",") ?? "*"}`;
      const state = new Window({ opens: [cron], lastsMs, timeZone }).stateAt(now);
      expect({ ...state, until: null }).toEqual({
        isOpen,
        until: null,
        next: openings.find((one) => one > now),
      });
      // Beyond what was watched nobody can tell.
      if (isOpen && until < from + 8 * DAY) expect(state.until).toBe(until);
    }),
    { numRuns: 60 },
  );
});
