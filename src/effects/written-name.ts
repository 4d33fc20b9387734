import type { WrittenName } from "../catalog/state/relation.ts";
import type { NodeOf } from "../sql/parse-statement.ts";

/** A relation as the statement names it. */
export const writtenName = (node: NodeOf<"RangeVar"> | undefined): WrittenName => ({
  schema: node?.schemaname,
  name: node?.relname ?? "",
});

/** A name written as a list of its parts; a database's name before them says nothing. */
export const nameOfParts = (parts: readonly string[]): WrittenName => ({
  schema: parts.at(-2),
  name: parts.at(-1) ?? "",
});
