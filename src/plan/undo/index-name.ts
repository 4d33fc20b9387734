import type { IndexElem } from "libpg-query";
import { joinNames } from "../../sql/generated-name.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";

/**
 * The middle of an index name PostgreSQL generates: the columns, and for a call the function's name. Undefined for
 * other expressions and for names that occur twice, whose naming is left to PostgreSQL.
 */
export function indexNameParts(elements: readonly IndexElem[]): string | undefined {
  const names = elements.map(({ name, expr }) => name ?? namesOf(nodeAs(expr, "FuncCall")?.funcname).at(-1));
  const certain = names.every((name) => name !== undefined && name !== "");
  return certain && new Set(names).size === names.length ? joinNames(names as string[]) : undefined;
}
