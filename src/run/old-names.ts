import type { Plan } from "../plan/plan.ts";
import { nodesAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import { type NodeOf, type ParsedStatement, parseStatement } from "../sql/parse-statement.ts";
import { splitSql } from "../sql/split-sql.ts";
import { walk } from "../sql/walk.ts";

/** What goes with `contract` and can be called by its old name until then. */
export interface OldName {
  readonly table: string;
  /** Absent: the table's own name goes. */
  readonly column?: string;
}

/** The old names that still work behind a migration. */
export function oldNames({ contract = [] }: Plan): readonly OldName[] {
  return contract
    .flatMap((step) => (step.kind === "ddl" ? step.statements : []))
    .flatMap(({ leftover }): readonly OldName[] => {
      switch (leftover?.kind) {
        case "view":
          return [{ table: leftover.name }];
        case "second column":
          return [{ table: leftover.table.name, column: leftover.name }];
        default:
          return [];
      }
    });
}

export const nameInWords = ({ table, column }: OldName): string =>
  column === undefined ? table : `${table}.${column}`;

/** Statements of clients; definitions are people's, and their business. */
const OF_CLIENTS: ReadonlySet<string> = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/** Which of the names a statement calls something by. `SELECT *` calls no column by its name. */
export function namesCalled(sql: string, names: readonly OldName[]): readonly OldName[] {
  const parsed = parsedStatement(sql);
  if (parsed === undefined || !OF_CLIENTS.has(parsed.tag)) return [];
  const [tables, columns] = [new Set<string>(), new Set<string>()];
  const written = (list: NodeOf<"InsertStmt">["cols"]): void => {
    for (const { name } of nodesAs(list, "ResTarget")) if (name !== undefined) columns.add(name);
  };
  walk({ [parsed.tag]: parsed.node }, (tag, fields) => {
    if (tag === "RangeVar") tables.add((fields as NodeOf<"RangeVar">).relname ?? "");
    if (tag === "ColumnRef") columns.add(namesOf((fields as NodeOf<"ColumnRef">).fields).at(-1) ?? "");
    if (tag === "InsertStmt") {
      tables.add((fields as NodeOf<"InsertStmt">).relation?.relname ?? "");
      written((fields as NodeOf<"InsertStmt">).cols);
    }
    if (tag === "UpdateStmt" || tag === "DeleteStmt" || tag === "MergeStmt") {
      tables.add((fields as NodeOf<"UpdateStmt">).relation?.relname ?? "");
    }
    if (tag === "UpdateStmt" || tag === "MergeWhenClause") written((fields as NodeOf<"UpdateStmt">).targetList);
  });
  return names.filter(({ table, column }) => tables.has(table) && (column === undefined || columns.has(column)));
}

function parsedStatement(sql: string): ParsedStatement | undefined {
  try {
    const [statement] = splitSql(sql).statements;
    return statement === undefined ? undefined : parseStatement(statement, "<workload>");
  } catch {
    // One that was cut off, or of a newer grammar.
    return undefined;
  }
}
