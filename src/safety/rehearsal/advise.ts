import type { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { sqlStateOf } from "./find-offenders.ts";

const VALUES =
  "Mend these rows in a migration before this one, or say what such a value becomes: USING in the statement, or `-- lockkeeper: using COLUMN = EXPRESSION`.";
const DEPENDENTS =
  "Drop what depends on it in the same migration, before the statement, and make it anew behind; or leave it to the planner by one plain ALTER TABLE.";

/** By SQLSTATE: what its author can do before production meets the same. */
const ADVICE: Readonly<Record<string, string>> = {
  "23502": "Fill the rows in a migration before this one, or give the column a default.",
  "23503": "Remove the rows that refer to nothing, or bring back what they refer to, in a migration before this one.",
  "23505": "Merge or remove the rows with the same key in a migration before this one.",
  "23514": "Mend the rows in a migration before this one, or let the condition take them.",
  "23P01": "Mend the rows that exclude each other in a migration before this one.",
  "0A000": DEPENDENTS,
  "2BP01": DEPENDENTS,
};

/** What to do about a failure that the rehearsal met. */
export function adviseOn(error: LockkeeperError): string {
  const sqlState = sqlStateOf(error);
  if (sqlState !== undefined) {
    const known = ADVICE[sqlState] ?? (sqlState.startsWith("22") ? VALUES : undefined);
    if (known !== undefined) return known;
  }
  return error.code === "disk_full"
    ? "Make room where the copy lies; production needs as much for this plan."
    : error.action;
}
