import type { WrittenName } from "../catalog/state/relation.ts";
import type { NodeOf } from "../sql/parse-statement.ts";
import { offsetOfByte } from "../sql/source-map.ts";
import { addedColumn } from "./alterations.ts";
import type { Part } from "./context.ts";
import { all, as, texts, type WrittenType, written, writtenType } from "./tree.ts";

/** A column that a statement defines. */
export interface DefinedColumn {
  readonly table: WrittenName;
  readonly name: string;
  readonly type: WrittenType;
  readonly constraints: readonly NodeOf<"Constraint">[];
  /** Columns of the primary key that the statement gives the table. */
  readonly keys: readonly string[];
  readonly at: number | undefined;
}

/** Many rules ask for the columns of the same part. */
const known = new WeakMap<Part, readonly DefinedColumn[]>();

/** The columns that a statement defines: of a new table, or added to one. */
export function definedColumns(part: Part): readonly DefinedColumn[] {
  const found = known.get(part) ?? readColumns(part);
  known.set(part, found);
  return found;
}

function readColumns(part: Part): readonly DefinedColumn[] {
  const { statement } = part;
  const added = addedColumn(part);
  const text = part.context.source.text;
  const place = (node: NodeOf<"ColumnDef">): number | undefined =>
    node.location === undefined ? undefined : offsetOfByte(text, node.location);
  if (added !== undefined) {
    const { column, constraints, name, table } = added;
    return [{ table, name, type: writtenType(column.typeName), constraints, keys: [], at: place(column) }];
  }
  if (statement.tag === "AlterTableStmt") {
    const column = as("ColumnDef", part.command?.subtype === "AT_AlterColumnType" ? part.command.def : undefined);
    return column === undefined
      ? []
      : [
          {
            table: written(statement.node.relation),
            name: part.command?.name ?? "",
            type: writtenType(column.typeName),
            constraints: [],
            keys: [],
            at: undefined,
          },
        ];
  }
  if (statement.tag !== "CreateStmt" || statement.node.relation?.relpersistence === "t") {
    return [];
  }
  const elements = statement.node.tableElts;
  // Of a key of several columns none has to be different in each row.
  const keys = all("Constraint", elements).flatMap(({ contype, keys: named = [] }) =>
    contype === "CONSTR_PRIMARY" && named.length === 1 ? texts(named) : [],
  );
  return all("ColumnDef", elements).map((column) => ({
    table: written(statement.node.relation),
    name: column.colname ?? "",
    type: writtenType(column.typeName),
    constraints: all("Constraint", column.constraints),
    keys,
    at: place(column),
  }));
}
