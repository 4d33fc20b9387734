import type { RangeVar } from "libpg-query";
import { nodesAs } from "../../../sql/node-as.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Appliers } from "./applier.ts";
import { nameOfRange } from "./nodes.ts";

/** Statements that put rows in or take all of them away: sizes, not structure. */
export const ROW_APPLIERS: Appliers = {
  InsertStmt: ({ relation }, { state }) => filled(relation, state),
  MergeStmt: ({ relation }, { state }) => filled(relation, state),
  CopyStmt({ relation, is_from }, { state }) {
    if (is_from === true) {
      filled(relation, state);
    }
  },
  TruncateStmt({ relations }, { state }) {
    for (const range of nodesAs(relations, "RangeVar")) {
      const table = state.table(nameOfRange(range));
      if (table !== undefined && state.isNew(table)) {
        state.store.sizes.set(keyOf(table), "new");
      }
    }
  },
  CallStmt: (_, { unfollowed }) => unfollowed("what the procedure does"),
};

/** A table of this run has rows from now on, as have the partitions that they may go to. */
function filled(range: RangeVar | undefined, state: CatalogState): void {
  const table = state.table(nameOfRange(range));
  for (const one of table === undefined ? [] : [table, ...state.descendantsOf(table)]) {
    if (state.store.sizes.get(keyOf(one)) === "new") {
      state.store.sizes.set(keyOf(one), "filled");
    }
  }
}
