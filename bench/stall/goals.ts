import { OURS } from "./hows.ts";
import type { Report } from "./report.ts";

export interface Goal {
  readonly text: string;
  readonly wanted: string;
  readonly found: string;
  readonly isMet: boolean;
}

/** What clients may notice of a change that Lockkeeper makes, and what its triggers may cost them. */
export function goals({ measured, triggers }: Pick<Report, "measured" | "triggers">): readonly Goal[] {
  return [
    ...measured
      .filter(({ how }) => how === OURS)
      .flatMap(({ change, calm, during, failed }) => {
        const errors = Object.values(during.errors).reduce((sum, times) => sum + times, 0);
        return [
          goal(`${change}: runs that failed`, failed === undefined ? 0 : 1, 0, 0),
          goal(`${change}: errors that clients got`, errors, 0, 0),
          goal(`${change}: longest stall, ms`, during.longest, 200, 0),
          goal(`${change}: p99 against the calm`, during.p99 / calm.p99, 1.5, 2),
        ];
      }),
    ...triggers
      .filter(({ statements }) => statements === "one for all")
      .flatMap(({ major, change, phase, synced, unrelated }) => [
        goal(`PostgreSQL ${major}, ${change}, ${phase}: CPU of a synced write, µs`, synced.added, 2.5, 2),
        goal(`PostgreSQL ${major}, ${change}, ${phase}: CPU of an unrelated write, µs`, unrelated.added, 0.6, 2),
      ]),
  ];
}

const goal = (text: string, found: number, limit: number, digits: number): Goal => ({
  text,
  wanted: limit === 0 ? "0" : `≤ ${limit}`,
  found: found.toFixed(digits),
  isMet: found <= limit,
});
