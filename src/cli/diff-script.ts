import type { DiffStatement } from "../diff/schema-diff.ts";

/** Statements as a script for psql; empty when there are none. */
export function diffScript(statements: readonly DiffStatement[]): string {
  return statements
    .map(
      ({ sql, commitAfter }) =>
        `${sql};\n${commitAfter === true ? "-- What follows needs this to be committed.\n" : ""}`,
    )
    .join("");
}
