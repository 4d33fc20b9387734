import type { SweepPart } from "./sweep-facts.ts";

/** A stretch of a table that one worker goes over at a time. */
export interface SweepRange {
  /** Number of the table among those of the sweep. */
  readonly part: number;
  readonly ordinal: number;
  readonly low: readonly string[] | null;
  readonly high: readonly string[];
}

/** Tables smaller than this are one range: nobody needs a second worker for them. */
const SMALLEST_BLOCKS = 1_024;
/** 128 MB: a second or two for each pass. */
const STRIDED_BLOCKS = 16_384;
const FEWEST_STRIDED = 4;
/** More ranges would only make the journal larger. */
const MOST_RANGES = 256;

/**
 * Even stretches of blocks. A place is a text such as `(12,0)`.
 *
 * @param length of a stretch that is gone over several times: what the passes leave behind must have been cleared away
 *   before the next one comes, and still be in the cache
 */
export function rangesOfPlaces(part: number, { blocks }: Pick<SweepPart, "blocks">, isStrided: boolean): SweepRange[] {
  const wanted = isStrided ? Math.min(STRIDED_BLOCKS, Math.ceil(blocks / FEWEST_STRIDED)) : 0;
  const length = Math.max(SMALLEST_BLOCKS, Math.ceil(blocks / MOST_RANGES), wanted);
  const count = Math.ceil(blocks / length);
  return Array.from({ length: count }, (_, ordinal) => ({
    part,
    ordinal,
    low: [`(${ordinal * length},0)`],
    high: [`(${Math.min(blocks, (ordinal + 1) * length)},0)`],
  }));
}

/** Stretches between keys. @param bounds in their order; the last one is the highest key there is */
export function rangesOfKeys(part: number, bounds: readonly (readonly string[])[]): SweepRange[] {
  return bounds.map((high, ordinal) => ({ part, ordinal, low: bounds[ordinal - 1] ?? null, high }));
}
