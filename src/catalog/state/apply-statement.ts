import type { ParsedStatement } from "../../sql/parse-statement.ts";
import { followStatement } from "./apply/all.ts";
import type { CatalogState } from "./catalog-state.ts";
import { settleTexts } from "./texts/settle-texts.ts";

export interface ApplyOutcome {
  /** What the statement may have done that the state does not show, in words. */
  readonly unfollowed: readonly string[];
}

/**
 * Changes `state` to what it is after the statement. It takes for granted that the statement succeeds; what it names
 * and the state does not know is passed over. Privileges, roles, foreign servers and what a catalog does not model stay
 * as they were. Texts of expressions are what the server would print where that is certain, and near to what was written
 * elsewhere; constraints and indexes of which it is not certain have no definition.
 *
 * A transaction that the caller wraps around the statements is told by `state.begin()`: outside of one SET LOCAL has no
 * effect, as on the server.
 */
export function applyStatement(state: CatalogState, statement: ParsedStatement): ApplyOutcome {
  const unfollowed: string[] = [];
  followStatement(statement, { state, unfollowed: (what) => unfollowed.push(what) });
  settleTexts(state);
  return { unfollowed };
}
