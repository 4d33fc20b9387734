import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { asPair, randomPair } from "../support/diff/random/random-pair.ts";
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

/** `node scripts/diff-random.ts` takes as many as it is told to. */
const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);

test.each(SEEDS)("two random schemas lead to each other, seed %i", async (seed) => {
  const outcomes = await tryPair(bench, asPair(randomPair(seed)));
  expect(outcomes.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
});
