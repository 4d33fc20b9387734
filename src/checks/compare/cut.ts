import { type HashMethod, rowHash } from "./row-hash.ts";
import type { Side } from "./sides.ts";
import type { ComparedColumn, TablePair } from "./table-pair.ts";

/**
 * How rows are divided into segments, of which both sides know the same from a row alone: `range` by the first column of
 * the key, in steps of a power of two from `low` on; `hash` by the last bits of the hash of the key. Each may be made finer
 * without moving a row into another's neighbour, and none asks how texts are ordered.
 */
export type Cut =
  | { readonly kind: "range"; readonly column: ComparedColumn; readonly low: bigint; readonly shift: number }
  | { readonly kind: "hash"; readonly bits: number };

/** Some segments of a cut. */
export interface Chosen {
  readonly cut: Cut;
  readonly segments: readonly bigint[];
}

/** Most bits of a hash that are told apart: more rows than that fit nowhere. */
export const MOST_BITS = 40;

/** What a row is known by, as a hash; without a key, that is all it holds. */
export function identityHash({ key, columns }: TablePair, side: Side, method: HashMethod): string {
  const known = key.length === 0 ? columns : key;
  return rowHash(
    known.map((column) => column[side]),
    method,
  );
}

/** SQL that gives the number of a row's segment, int8. */
export function segmentSql(cut: Cut, pair: TablePair, side: Side, method: HashMethod): string {
  return cut.kind === "range"
    ? `((${cut.column[side].sql})::int8 - ${int8(cut.low)}) >> ${cut.shift}`
    : `(${identityHash(pair, side, method)} & ${int8((1n << BigInt(cut.bits)) - 1n)})`;
}

/** So many stretches an index looks up one by one; of more, the rows are asked for the segments that they are in. */
const MOST_STRETCHES = 64;

/** SQL that holds for the rows of the chosen segments. */
export function chosenSql({ cut, segments }: Chosen, pair: TablePair, side: Side, method: HashMethod): string {
  const isAmong = `${segmentSql(cut, pair, side, method)} = ANY ('{${segments.join(",")}}'::int8[])`;
  if (cut.kind === "hash") return isAmong;
  const stretches = stretchesOf(segments);
  const between = ([from, to]: readonly [bigint, bigint]): string => {
    const first = cut.low + (from << BigInt(cut.shift));
    const last = cut.low + ((to + 1n) << BigInt(cut.shift)) - 1n;
    return `${cut.column[side].sql} BETWEEN ${int8(first)} AND ${int8(last > HIGHEST ? HIGHEST : last)}`;
  };
  if (stretches.length <= MOST_STRETCHES) return `(${stretches.map(between).join(" OR ")})`;
  const [first, last] = [stretches[0]?.[0] ?? 0n, stretches.at(-1)?.[1] ?? 0n];
  return `${between([first, last])} AND ${isAmong}`;
}

export const HIGHEST = 2n ** 63n - 1n;

/** The minus of a number would be an operator. */
const int8 = (number: bigint): string => `'${number}'::int8`;

/** Neighbours together: the first and the last of each. */
function stretchesOf(segments: readonly bigint[]): readonly (readonly [bigint, bigint])[] {
  const stretches: [bigint, bigint][] = [];
  for (const segment of segments.toSorted((one, other) => (one < other ? -1 : 1))) {
    const last = stretches.at(-1);
    if (last !== undefined && last[1] + 1n === segment) last[1] = segment;
    else stretches.push([segment, segment]);
  }
  return stretches;
}
