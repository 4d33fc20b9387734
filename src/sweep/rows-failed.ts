import { count as counted } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { SweepFailure } from "./journal.ts";

/** @param shown the first of them; @param count how many there are so far */
export function rowsFailed(shown: readonly SweepFailure[], count: number, relation: string): LockkeeperError {
  const lines = shown.map((failure) => `\n  ${nameOf(failure)}: ${failure.message}`);
  const more = count > shown.length ? `\n  and ${count - shown.length} more` : "";
  return new LockkeeperError("sweep_rows_failed", {
    message: `${counted(count, "row")} of ${relation} could not be changed:${lines.join("")}${more}`,
    notDone: "These rows are as they were. The others that were gone over are done, and are not done again.",
    data: { relation, failed: count, rows: shown },
  });
}

function nameOf({ relation, key }: SweepFailure): string {
  const values = Object.entries(key).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${relation} (${values.join(", ")})`;
}
