/** `TEST_ALL_CASES=1 npm test` takes them all. */
const ALL = process.env["TEST_ALL_CASES"] === "1";

/**
 * Every n-th of the cases. All of them take longer than a test run may; `npm run effects:proofs` and
 * `npm run online:proofs` take all on all majors.
 */
export const sampled =
  (every: number) =>
  <T>(cases: readonly T[]): readonly T[] =>
    ALL ? cases : cases.filter((_, index) => index % every === 0);

/** For an older major, of cases that the newest has run. */
export const FOR_OLDER = sampled(8);
