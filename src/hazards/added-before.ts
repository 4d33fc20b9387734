import type { WrittenName } from "../catalog/state/relation.ts";
import type { NodeOf } from "../sql/parse-statement.ts";
import type { FileContext } from "./context.ts";
import { all, as, written } from "./tree.ts";

/** What earlier statements of the file have added to a table. */
function* additions(file: FileContext, table: WrittenName): Iterable<NodeOf<"AlterTableCmd">> {
  for (const { statement } of file.past) {
    if (statement.tag === "AlterTableStmt" && written(statement.node.relation).name === table.name) {
      yield* all("AlterTableCmd", statement.node.cmds);
    }
  }
}

/** Whether an earlier statement of the file has added the column, with a constraint of that type if one is asked for. */
export function isColumnAdded(file: FileContext, table: WrittenName, column: string, type?: string): boolean {
  for (const { subtype, def } of additions(file, table)) {
    const definition = subtype === "AT_AddColumn" ? as("ColumnDef", def) : undefined;
    const isOfType =
      type === undefined || all("Constraint", definition?.constraints).some(({ contype }) => contype === type);
    if (definition?.colname === column && isOfType) {
      return true;
    }
  }
  return false;
}

/** Whether an earlier statement of the file has added the constraint. */
export function isConstraintAdded(file: FileContext, table: WrittenName, name: string): boolean {
  for (const { def } of additions(file, table)) {
    if (as("Constraint", def)?.conname === name) {
      return true;
    }
  }
  return false;
}
