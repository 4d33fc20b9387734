import type { Families } from "../family.ts";
import { dropObjects, dropOwned } from "./drop-objects.ts";
import { truncate } from "./truncate.ts";

export const DROP_FAMILIES: Families = {
  DropStmt: dropObjects,
  DropOwnedStmt: dropOwned,
  TruncateStmt: truncate,
};
