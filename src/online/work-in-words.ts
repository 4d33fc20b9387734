import type { Effect } from "../effects/effect.ts";

const WORK: Readonly<Record<Effect["work"], string>> = {
  none: "locks",
  scan: "reads every row of",
  validate: "checks every row of",
  "index-build": "builds an index on",
  "index-rebuild": "builds indexes again on",
  rewrite: "writes again the whole of",
};

/** Such as `reads every row of public.orders and keeps writers waiting for about 12 s`. */
export function workInWords({ relation, work, blocks, seconds }: Effect): string {
  const stopped = blocks.reads ? "readers and writers" : "writers";
  const long =
    seconds === undefined
      ? "for as long as that takes"
      : `for about ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return `${WORK[work]} ${relation.schema}.${relation.name} and keeps ${stopped} waiting ${long}`;
}
