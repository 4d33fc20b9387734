import type { Effect } from "../effects/effect.ts";
import { bytesInWords, rowsInWords, secondsInWords } from "../effects/numbers-in-words.ts";

const WORK: Readonly<Record<Effect["work"], string>> = {
  none: "locks",
  scan: "reads every row of",
  validate: "checks every row of",
  "index-build": "builds an index on",
  "index-rebuild": "builds indexes again on",
  rewrite: "writes again the whole of",
};

/** Such as `reads every row of public.orders (14 GB, 62 M rows) and keeps writers waiting for about 12 seconds`. */
export function workInWords({ relation, work, blocks, seconds, bytes, rows }: Effect): string {
  const stopped = blocks.reads ? "readers and writers" : "writers";
  const long = seconds === undefined ? "for as long as that takes" : `for ${secondsInWords(seconds)}`;
  const size = [
    ...(bytes === undefined ? [] : [bytesInWords(bytes)]),
    ...(rows === undefined ? [] : [rowsInWords(rows)]),
  ];
  const sized = size.length === 0 ? "" : ` (${size.join(", ")})`;
  return `${WORK[work]} ${relation.schema}.${relation.name}${sized} and keeps ${stopped} waiting ${long}`;
}
