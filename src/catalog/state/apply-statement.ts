import type { ParsedStatement } from "../../sql/parse-statement.ts";
import { followStatement } from "./apply/all.ts";
import type { CatalogState } from "./catalog-state.ts";

export interface ApplyOutcome {
  /** What the statement may have done that the state does not show, in words. */
  readonly unfollowed: readonly string[];
}

/**
 * Changes `state` to what it is after the statement. It takes for granted that the statement succeeds; what it names
 * and the state does not know is passed over.
 */
export function applyStatement(state: CatalogState, statement: ParsedStatement): ApplyOutcome {
  const unfollowed: string[] = [];
  followStatement(statement, { state, unfollowed: (what) => unfollowed.push(what) });
  return { unfollowed };
}
