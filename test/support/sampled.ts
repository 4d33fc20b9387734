/** `TEST_ALL_CASES=1 npm test` takes them all. */
const ALL = process.env["TEST_ALL_CASES"] === "1";

/**
 * Every third of the cases: those of an older major that the newest has run whole. All of them take longer than a test
 * run may; `npm run effects:proofs` and `npm run online:proofs` take all on all majors.
 */
export const sampled = <T>(cases: readonly T[]): readonly T[] =>
  ALL ? cases : cases.filter((_, index) => index % 3 === 0);
