/** No page of any size has more; a place counts as block times this plus line. */
export const LINES_PER_BLOCK = 2_048;

/** The number of a place such as `(12,3)`. */
export function placeNumber(place: string | undefined): number {
  const [block = 0, line = 0] = (place ?? "").replace(/[()]/g, "").split(",").map(Number);
  return block * LINES_PER_BLOCK + line;
}
