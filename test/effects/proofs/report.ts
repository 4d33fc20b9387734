import type { ProofResult } from "./run-family.ts";

/** A proof that does not hold, with what was predicted beside what was observed. */
export const told = ({ family, sql, differences }: ProofResult): string =>
  [
    `${family}: ${sql}`,
    ...differences.map(
      ({ relation, of, predicted, observed }) =>
        `    ${relation}: ${of} predicted ${predicted || "none"}, observed ${observed || "none"}`,
    ),
  ].join("\n");
