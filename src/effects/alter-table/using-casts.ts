import type { TypeReference } from "../../catalog/model/names.ts";
import { typeReference } from "../../catalog/state/apply/type-reference.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodeAs } from "../../sql/node-as.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { columnIn } from "./expression.ts";

/**
 * The types that a USING expression takes the column through, the first cast first; undefined when it does more than to
 * cast the column. COLLATE changes no value.
 */
export function castsOfColumn(
  node: PgNode | undefined,
  column: string,
  state: CatalogState,
): readonly TypeReference[] | undefined {
  if (node === undefined || columnIn(node) === column) return [];
  const collated = nodeAs(node, "CollateClause");
  if (collated !== undefined) return castsOfColumn(collated.arg, column, state);
  const cast = nodeAs(node, "TypeCast");
  if (cast === undefined) return undefined;
  const before = castsOfColumn(cast.arg, column, state);
  return before === undefined ? undefined : [...before, typeReference(cast.typeName, state)];
}
