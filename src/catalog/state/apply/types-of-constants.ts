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
  const found: ObjectId[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) {
      return;
    }
    if (Array.isArray(value)) {
      for (const one of value) {
        visit(one);
      }
      return;
    }
    for (const tag in value) {
      const fields = (value as Readonly<Record<string, unknown>>)[tag];
      if (tag === "A_Expr") {
        const { lexpr, rexpr } = fields as { readonly lexpr?: PgNode; readonly rexpr?: PgNode };
        const sides = [...(isQuoted(lexpr) ? [rexpr] : []), ...(isQuoted(rexpr) ? [lexpr] : [])];
        found.push(...sides.flatMap((side) => typeId(inferredType(side, columns, state), state)));
      }
      if (tag !== "SelectStmt") {
        visit(fields);
      }
    }
  };
  visit(tree);
  return found;
}

const isQuoted = (node: PgNode | undefined): boolean =>
  nodeAs(node, "A_Const")?.sval !== undefined || (nodeAs(node, "List")?.items ?? []).some(isQuoted);
