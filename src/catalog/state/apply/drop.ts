import { namesOf } from "../../../sql/object-name.ts";
import { keyOf } from "../key-of.ts";
import type { Appliers } from "./applier.ts";
import { writtenName } from "./nodes.ts";

export const DROP_APPLIERS: Appliers = {
  DropStmt({ objects = [], removeType }, { state }) {
    for (const object of removeType === "OBJECT_TABLE" ? objects : []) {
      const table = state.table(writtenName(namesOf(object)));
      if (table !== undefined) {
        state.store.remove("tables", keyOf(table));
      }
    }
  },
};
