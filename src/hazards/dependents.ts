import type { QualifiedName } from "../catalog/model/names.ts";
import { objectId } from "../catalog/object-id.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { NodeOf } from "../sql/parse-statement.ts";

const REFUSING = /^(?:view|materialized view|rule|policy|trigger|routine):/;

/** Views and the like that use a column, and keep its type from being changed. */
export function viewsUsing(state: CatalogState, table: QualifiedName, column: string): readonly string[] {
  const users = state
    .dependentsOf(objectId("column", table.schema, table.name, column))
    .map(({ from }) => from)
    .filter((from) => REFUSING.test(from))
    .map((from) => from.replace(":", " "));
  return [...new Set(users)];
}

/** ALTER TABLE, not ALTER TYPE and the like, which the parser knows by the same name. */
export const isTable = (type: NodeOf<"AlterTableStmt">["objtype"]): boolean =>
  type === "OBJECT_TABLE" || type === "OBJECT_FOREIGN_TABLE";
