import type { Plan, PlannedStatement, Step } from "../../plan/plan.ts";
import { parseStatement } from "../../sql/parse-statement.ts";
import { splitSql } from "../../sql/split-sql.ts";

/** What plans say that they change of the rows. */
export interface NamedChanges {
  /** Runs code that does not say what it changes: functions of migrations, DO, SELECT, CALL. */
  readonly isOpen: boolean;
  /** Bare names of tables, whose rows come, go, or get any values. */
  readonly tables: ReadonlySet<string>;
  /** `table.column`, by their bare names. */
  readonly columns: ReadonlySet<string>;
}

interface Names {
  isOpen: boolean;
  readonly tables: Set<string>;
  readonly columns: Set<string>;
}

/** The parser must be loaded. */
export function namedByPlans(plans: readonly Plan[]): NamedChanges {
  const names: Names = { isOpen: false, tables: new Set(), columns: new Set() };
  for (const step of plans.flatMap(({ steps, contract = [] }) => [...steps, ...contract])) addStep(step, names);
  return names;
}

function addStep(step: Step, names: Names): void {
  switch (step.kind) {
    case "script":
      names.isOpen = true;
      return;
    case "sweep": {
      const { table, action } = step.sweep;
      if (action.kind === "copy") names.tables.add(action.into.name);
      if (action.kind === "delete") names.tables.add(table.name);
      if (action.kind === "callback") for (const column of action.columns) names.columns.add(`${table.name}.${column}`);
      addStatement(step.statement, names);
      return;
    }
    case "ddl":
      for (const statement of step.statements) addStatement(statement, names);
      return;
    case "concurrent":
      addStatement(step.statement, names);
  }
}

function addStatement({ sql, insteadOf }: PlannedStatement, names: Names): void {
  for (const text of insteadOf === undefined ? [sql] : [sql, insteadOf]) {
    for (const statement of splitSql(text, "plan").statements) addParsed(parseStatement(statement, "plan"), names);
  }
}

function addParsed({ tag, node }: ReturnType<typeof parseStatement>, names: Names): void {
  switch (tag) {
    case "UpdateStmt": {
      const table = node.relation?.relname ?? "";
      for (const target of node.targetList ?? []) {
        if ("ResTarget" in target) names.columns.add(`${table}.${target.ResTarget.name ?? ""}`);
      }
      return;
    }
    case "InsertStmt":
    case "DeleteStmt":
    case "MergeStmt":
    case "CopyStmt":
      names.tables.add(node.relation?.relname ?? "");
      return;
    case "TruncateStmt":
      for (const relation of node.relations ?? []) {
        if ("RangeVar" in relation) names.tables.add(relation.RangeVar.relname ?? "");
      }
      return;
    case "CreateStmt":
      names.tables.add(node.relation?.relname ?? "");
      return;
    case "CreateTableAsStmt":
      names.tables.add(node.into?.rel?.relname ?? "");
      return;
    case "DropStmt":
      if (node.removeType !== "OBJECT_TABLE") return;
      for (const object of node.objects ?? []) {
        const last = "List" in object ? object.List.items?.at(-1) : undefined;
        if (last !== undefined && "String" in last) names.tables.add(last.String.sval ?? "");
      }
      return;
    case "RenameStmt": {
      const table = node.relation?.relname ?? "";
      if (node.renameType === "OBJECT_COLUMN") {
        names.columns.add(`${table}.${node.subname ?? ""}`).add(`${table}.${node.newname ?? ""}`);
      } else if (node.renameType === "OBJECT_TABLE") {
        names.tables.add(table).add(node.newname ?? "");
      }
      return;
    }
    case "AlterTableStmt": {
      const table = node.relation?.relname ?? "";
      for (const command of node.cmds ?? []) {
        if (!("AlterTableCmd" in command)) continue;
        const { name, def } = command.AlterTableCmd;
        if (name !== undefined) names.columns.add(`${table}.${name}`);
        if (def !== undefined && "ColumnDef" in def && def.ColumnDef.colname !== undefined) {
          names.columns.add(`${table}.${def.ColumnDef.colname}`);
        }
      }
      return;
    }
    case "DoStmt":
    case "CallStmt":
    case "SelectStmt":
      names.isOpen = true;
      return;
    default:
  }
}
