/**
 * What the clock on the wall of a time zone shows, as if it were UTC, ms since 1970. Going over to summer time leaves a
 * gap in it, going back repeats an hour.
 */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  /** @param timeZone an IANA name */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  at(instant: number): number {
    return instant + this.#offset(instant);
  }

  /** The latest that the clock has shown until now: behind the hour that comes twice, more than it shows. */
  latestBy(instant: number): number {
    const shown = this.at(instant);
    const before = instant - FARTHEST_MS;
    if (this.#offset(before) <= this.#offset(instant)) return shown;
    // The last that it showed before it was put back.
    return Math.max(shown, this.at(this.#changeBetween(before, instant) - 1));
  }

  /** The first moment at which the clock shows this time or a later one. */
  firstAt(shown: number): number {
    const [before, behind] = [shown - FARTHEST_MS, shown + FARTHEST_MS];
    const [early, late] = [this.#offset(before), this.#offset(behind)];
    if (early === late) return shown - early;
    const change = this.#changeBetween(before, behind);
    return shown < change + early ? shown - early : Math.max(change, shown - late);
  }

  /** What the clock shows more than UTC, ms. */
  #offset(instant: number): number {
    const parts = Object.fromEntries(
      this.#format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const wholeSecond = Math.floor(instant / 1_000) * 1_000;
    return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSecond;
  }

  /** The first moment at which the offset is no longer that of `from`; there is one change between the two. */
  #changeBetween(from: number, to: number): number {
    const offset = this.#offset(from);
    let [same, other] = [from, to];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.#offset(middle) === offset) same = middle;
      else other = middle;
    }
    return other;
  }
}

/** No two clocks on earth differ by more than 26 hours, and none was ever put by more than 24. */
const FARTHEST_MS = 50 * 3_600_000;
