import type { Families } from "../family.ts";
import { createIndex } from "./create-index.ts";

export const INDEX_FAMILIES: Families = {
  IndexStmt: createIndex,
};
