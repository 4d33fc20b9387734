import { type CronExpression, CronExpressionParser } from "cron-parser";
import { WallClock } from "./wall-clock.ts";

/** When something may be done that stops others. */
export interface WindowSpec {
  /** Five fields of cron each: when it opens, by the clock of the time zone. */
  readonly opens: readonly string[];
  /** How long it stays open, ms of elapsed time: also over a change of the clocks. */
  readonly lastsMs: number;
  /** An IANA name. */
  readonly timeZone: string;
}

/** How a window stands at a moment. Times are ms since 1970. */
export interface WindowState {
  readonly isOpen: boolean;
  /** When it closes; null where it is closed, and where it stays open for the next fortnight at least. */
  readonly until: number | null;
  /** When it opens next, after now. */
  readonly next: number;
}

/** How far ahead it is looked for the end of a window that opens again before it closes. */
const AHEAD_MS = 14 * 86_400_000;

/**
 * A window opens at the first moment at which the clock shows the time of the expression or a later one: a time that the
 * clocks skip is where they land, and one that comes twice counts the first time.
 */
export class Window {
  readonly #openings: readonly Openings[];
  readonly #lastsMs: number;

  /** @throws Error in cron-parser's words; `windowDefect` tells before */
  constructor({ opens, lastsMs, timeZone }: WindowSpec) {
    const clock = new WallClock(timeZone);
    this.#openings = opens.map((cron) => new Openings(cron, clock));
    this.#lastsMs = lastsMs;
  }

  stateAt(now: number): WindowState {
    const next = Math.min(...this.#openings.map((one) => one.nextAfter(now)));
    let until = this.#lastBy(now) + this.#lastsMs;
    if (until <= now) return { isOpen: false, until: null, next };
    for (;;) {
      const later = this.#lastBy(until) + this.#lastsMs;
      if (later <= until) return { isOpen: true, until, next };
      if (later - now > AHEAD_MS) return { isOpen: true, until: null, next };
      until = later;
    }
  }

  #lastBy(now: number): number {
    return Math.max(...this.#openings.map((one) => one.lastBy(now)));
  }
}

/** The moments that one expression names. cron-parser counts in UTC, where no day is odd; the clock makes moments of it. */
class Openings {
  readonly #cron: CronExpression;
  readonly #clock: WallClock;

  constructor(cron: string, clock: WallClock) {
    this.#cron = CronExpressionParser.parse(cron, { tz: "UTC" });
    this.#clock = clock;
  }

  /** The last one that is not later. */
  lastBy(now: number): number {
    // Behind the moment: `prev` leaves out the one that it begins with.
    this.#cron.reset(new Date(this.#clock.latestBy(now) + 1));
    return this.#clock.firstAt(this.#cron.prev().getTime());
  }

  nextAfter(now: number): number {
    this.#cron.reset(new Date(this.#clock.latestBy(now)));
    return this.#clock.firstAt(this.#cron.next().getTime());
  }
}

/** What is wrong with the expression of a window, as the end of a sentence; undefined where nothing is. */
export function windowDefect(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) return "has not five fields (minute, hour, day of the month, month, day of the week)";
  if (/(?:^|[\s,])H/i.test(cron)) return "leaves the time to chance (`H`)";
  if (![fields[2], fields[4]].some((field) => field === "*" || field === "?")) {
    return "names days of the month and of the week, of which either would do: write it as two, or use `#`, as in `0 2 * * 0#1`";
  }
  try {
    CronExpressionParser.parse(cron, { tz: "UTC" }).next();
    return undefined;
  } catch (error) {
    return `cannot be understood: ${error instanceof Error ? error.message : String(error)}`;
  }
}
