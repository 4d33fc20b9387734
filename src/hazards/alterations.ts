import type { Column } from "../catalog/model/column.ts";
import type { WrittenName } from "../catalog/state/relation.ts";
import type { NodeOf } from "../sql/parse-statement.ts";
import type { Part } from "./context.ts";
import { all, as, sqlName, written } from "./tree.ts";

/** One subcommand of an ALTER TABLE. */
export interface Alteration {
  readonly table: WrittenName;
  /** `ALTER TABLE name`, as a statement with another subcommand begins. */
  readonly head: string;
  readonly command: NodeOf<"AlterTableCmd">;
}

/** What an ALTER TABLE does, by its name in the parse tree. */
export type Subcommand = NonNullable<NodeOf<"AlterTableCmd">["subtype"]>;

/** The subcommand of a part when it is of one of these types and alters a table. */
export function alteration(part: Part, ...subtypes: readonly Subcommand[]): Alteration | undefined {
  const { statement, command } = part;
  if (statement.tag !== "AlterTableStmt" || command?.subtype === undefined || !subtypes.includes(command.subtype)) {
    return undefined;
  }
  const table = written(statement.node.relation);
  const head = statement.node.objtype === "OBJECT_FOREIGN_TABLE" ? "ALTER FOREIGN TABLE" : "ALTER TABLE";
  return { table, head: `${head} ${sqlName(table)}`, command };
}

export interface AddedColumn extends Alteration {
  readonly column: NodeOf<"ColumnDef">;
  readonly name: string;
  readonly constraints: readonly NodeOf<"Constraint">[];
}

export function addedColumn(part: Part): AddedColumn | undefined {
  const found = alteration(part, "AT_AddColumn");
  const column = as("ColumnDef", found?.command.def);
  return found === undefined || column === undefined
    ? undefined
    : { ...found, column, name: column.colname ?? "", constraints: all("Constraint", column.constraints) };
}

export interface AddedConstraint extends Alteration {
  readonly constraint: NodeOf<"Constraint">;
}

export function addedConstraint(
  part: Part,
  ...types: readonly NodeOf<"Constraint">["contype"][]
): AddedConstraint | undefined {
  const found = alteration(part, "AT_AddConstraint");
  const constraint = as("Constraint", found?.command.def);
  return found === undefined || constraint === undefined || !types.includes(constraint.contype)
    ? undefined
    : { ...found, constraint };
}

/** A column of a table as far as it is known. */
export const columnOf = (part: Part, table: WrittenName, name: string | undefined): Column | undefined =>
  part.state.table(table)?.columns.find((column) => column.name === name);
