import type { Appliers } from "./applier.ts";
import { dropObject } from "./drop-object.ts";
import { objectsNamed } from "./find-object.ts";

/** DROP of everything, with what goes along. Without CASCADE the server would refuse what this leaves without an owner. */
export const DROP_APPLIERS: Appliers = {
  DropStmt({ objects = [], removeType }, { state }) {
    for (const object of objects) {
      for (const id of objectsNamed(removeType, object, state)) {
        dropObject(state, id);
      }
    }
  },
  DropOwnedStmt(_, { unfollowed }) {
    unfollowed("which objects the roles own that DROP OWNED takes away");
  },
};
