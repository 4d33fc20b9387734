import type { WrittenName } from "../catalog/state/relation.ts";
import type { NodeOf } from "../sql/parse-statement.ts";

/** A relation as the statement names it. */
export const writtenName = (node: NodeOf<"RangeVar"> | undefined): WrittenName => ({
  schema: node?.schemaname,
  name: node?.relname ?? "",
});
