import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import type { Pair } from "../support/diff/pair.ts";
import { PAIRS } from "../support/diff/pairs/all.ts";
import { openPairBench, type PairBench, tryPair } from "../support/diff/try-pair.ts";

let db: TestDatabase;
let bench: PairBench;
beforeAll(async () => {
  db = await testDatabase();
  bench = await openPairBench(db.url);
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await db.drop();
});

/** Two of each kind; `node scripts/diff-pairs.ts` takes them all. */
const sample = (pairs: readonly Pair[]): readonly Pair[] =>
  [0.3, 0.7].map((place) => pairs[Math.floor(place * pairs.length)]).filter((pair) => pair !== undefined);

describe("what the differ says leads from each of two schemas exactly to the other, and its rows survive", () => {
  test.each(
    Object.entries(PAIRS).flatMap(([kind, pairs]) =>
      sample(pairs).map(({ name, ...rest }) => ({ kind, name, ...rest })),
    ),
  )("$kind: $name", async (pair) => {
    const outcomes = await tryPair(bench, pair);
    expect(outcomes.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  });
});
