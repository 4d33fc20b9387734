import type { Table } from "../../catalog/model/table.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { columnReferences, replaceReferences } from "../sync/column-references.ts";

/** An expression with the bare names of columns, which also mean those of the tables that inherit from this one. */
export function bareExpression(expression: string, table: Table): string | { readonly reason: string } {
  const found = columnReferences(expression, table);
  return "reason" in found ? found : replaceReferences(expression, found.references, quoteIdentifier);
}
