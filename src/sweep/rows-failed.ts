import { count as counted } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { SweepFailure } from "./journal.ts";
import type { LeftRow } from "./left-rows.ts";

/** @param shown the first of them; @param count how many there are so far */
export function rowsFailed(shown: readonly SweepFailure[], count: number, relation: string): LockkeeperError {
  const lines = shown.map((failure) => `\n  ${nameOf(failure)}: ${failure.message}`);
  const more = moreThan(shown, count);
  return new LockkeeperError("sweep_rows_failed", {
    message: `${counted(count, "row")} of ${relation} could not be changed:${lines.join("")}${more}`,
    notDone: "These rows are as they were. The others that were gone over are done, and are not done again.",
    data: { relation, failed: count, rows: shown },
  });
}

/** @param shown some of them, or none; @param condition what holds for each of them */
export function rowsLeft(shown: readonly LeftRow[], count: number, relation: string, condition: string | undefined) {
  const lines = shown.map((row) => `\n  ${nameOf(row)}`);
  const more = shown.length === 0 ? "" : moreThan(shown, count);
  return new LockkeeperError("sweep_incomplete", {
    message: `${counted(count, "row")} of ${relation} ${count === 1 ? "is not as it" : "are not as they"} should be: ${condition}${lines.join("")}${more}`,
    notDone: "What was done stands; the run goes on when none of them is left.",
    data: { relation, left: count, condition, rows: shown },
  });
}

const moreThan = (shown: readonly unknown[], count: number): string =>
  count > shown.length ? `\n  and ${count - shown.length} more` : "";

function nameOf({ relation, key }: LeftRow): string {
  const values = Object.entries(key).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${relation} (${values.join(", ")})`;
}
