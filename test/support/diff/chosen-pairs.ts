import type { Pair } from "./pair.ts";
import { PAIRS } from "./pairs/all.ts";

/** Of a script that goes through the pairs, for `parseArgs`. */
export const PAIR_OPTIONS = {
  major: { type: "string", default: "18" },
  kind: { type: "string", multiple: true, default: Object.keys(PAIRS) },
  only: { type: "string", default: "" },
  every: { type: "string", default: "1" },
  from: { type: "string", default: "0" },
  verbose: { type: "boolean", default: false },
} as const;

interface Choice {
  readonly major: string;
  readonly kind: readonly string[];
  readonly only: string;
  /** Only so many of a kind: each tenth, the first of them being `from`; ten runs from 0 to 9 take all. */
  readonly every: string;
  readonly from: string;
}

export interface PairsOfKind {
  readonly kind: string;
  readonly pairs: readonly Pair[];
}

/** Those that the options name and that the major has. */
export const chosenPairs = ({ major, kind, only, every, from }: Choice): readonly PairsOfKind[] =>
  Object.entries(PAIRS)
    .filter(([name]) => kind.includes(name))
    .map(([name, all]) => ({
      kind: name,
      pairs: all.filter(
        (pair, index) =>
          index % Number(every) === Number(from) &&
          pair.name.includes(only) &&
          pair.since <= Number(major) &&
          Number(major) <= pair.until,
      ),
    }))
    .filter(({ pairs }) => pairs.length > 0);

/** The way from one schema of a pair to the other. */
export interface Direction {
  readonly kind: string;
  readonly name: string;
  /** What is there before. */
  readonly before: readonly string[];
  /** What is to be there. */
  readonly after: readonly string[];
}

/** The ways of pairs whose difference is told, there and back. */
export const directionsOf = ({ kind, pairs }: PairsOfKind): readonly Direction[] =>
  pairs
    .filter(({ difference }) => difference === "told")
    .flatMap(({ name, given, a, b, rows, oneWay }) => {
      const there = { kind, name: `${name}, a to b`, before: [given, a, rows], after: [given, b] };
      const back = { kind, name: `${name}, b to a`, before: [given, b, rows], after: [given, a] };
      return oneWay ? [there] : [there, back];
    });
