import { nodeAs } from "../../../sql/node-as.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { ObjectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { inferredType, type Typed } from "./inferred-type.ts";
import { typeId } from "./references.ts";

/**
 * The types of somebody's own that an expression holds values of without naming them: what stands in quotes beside a
 * column takes the column's type. Queries inside are left out.
 */
export function typesOfConstants(tree: unknown, columns: readonly Typed[], state: CatalogState): readonly ObjectId[] {
  if (Array.isArray(tree)) {
    return tree.flatMap((one) => typesOfConstants(one, columns, state));
  }
  if (typeof tree !== "object" || tree === null) {
    return [];
  }
  return Object.entries(tree).flatMap(([tag, fields]) => {
    if (tag === "SelectStmt") return [];
    const { lexpr, rexpr } = tag === "A_Expr" ? (fields as { readonly lexpr?: PgNode; readonly rexpr?: PgNode }) : {};
    const sides = [...(isQuoted(lexpr) ? [rexpr] : []), ...(isQuoted(rexpr) ? [lexpr] : [])];
    return [
      ...sides.flatMap((side) => typeId(inferredType(side, columns, state), state)),
      ...typesOfConstants(fields, columns, state),
    ];
  });
}

const isQuoted = (node: PgNode | undefined): boolean =>
  nodeAs(node, "A_Const")?.sval !== undefined || (nodeAs(node, "List")?.items ?? []).some(isQuoted);
