import type { RangeVar } from "libpg-query";
import type { WrittenName } from "../catalog/state/relation.ts";
import { rangeNames } from "../sql/object-name.ts";

export function relationName(range: RangeVar | undefined): WrittenName {
  const names = rangeNames(range);
  return { schema: names.at(-2), name: names.at(-1) ?? "" };
}
