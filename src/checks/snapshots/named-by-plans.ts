import type { Plan, PlannedStatement, Step } from "../../plan/plan.ts";
import { dotted, namesOf, rangeNames, rangeText } from "../../sql/object-name.ts";
import { parseStatement } from "../../sql/parse-statement.ts";
import { quoteQualified } from "../../sql/quote.ts";
import { splitSql } from "../../sql/split-sql.ts";

/** What plans say that they change of the rows. */
export interface NamedChanges {
  /** Runs code that does not say what it changes: functions of migrations, DO, SELECT, CALL. */
  readonly isOpen: boolean;
  /** Tables whose rows come, go, or get any values: quoted, and with a schema where the statement says it. */
  readonly tables: ReadonlySet<string>;
  /** `table.column`; the column is not quoted. */
  readonly columns: ReadonlySet<string>;
}

/** Whether a name of `NamedChanges` is among those by which statements may mean a table. @param table `schema.name`, quoted */
export const meansTable = (names: ReadonlySet<string>, table: string, column = ""): boolean =>
  [table, bareName(table)].some((name) => names.has(column === "" ? name : `${name}.${column}`));

/** Behind the last dot that stands in no quotes. */
const bareName = (table: string): string => /(?:"(?:[^"]|"")*"|[^".]+)$/.exec(table)?.[0] ?? table;

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
      const swept = quoteQualified(table);
      if (action.kind === "copy") names.tables.add(quoteQualified(action.into));
      if (action.kind === "delete") names.tables.add(swept);
      if (action.kind === "callback") for (const column of action.columns) names.columns.add(`${swept}.${column}`);
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
      const table = rangeText(node.relation);
      for (const target of node.targetList ?? []) {
        if ("ResTarget" in target) names.columns.add(`${table}.${target.ResTarget.name ?? ""}`);
      }
      return;
    }
    case "InsertStmt":
    case "DeleteStmt":
    case "MergeStmt":
    case "CopyStmt":
      names.tables.add(rangeText(node.relation));
      return;
    case "TruncateStmt":
      for (const relation of node.relations ?? []) {
        if ("RangeVar" in relation) names.tables.add(rangeText(relation.RangeVar));
      }
      return;
    case "CreateStmt":
      names.tables.add(rangeText(node.relation));
      return;
    case "CreateTableAsStmt":
      names.tables.add(rangeText(node.into?.rel));
      return;
    case "DropStmt":
      if (node.removeType !== "OBJECT_TABLE") return;
      for (const object of node.objects ?? []) {
        names.tables.add(dotted(namesOf(object)));
      }
      return;
    case "RenameStmt": {
      const table = rangeText(node.relation);
      if (node.renameType === "OBJECT_COLUMN") {
        names.columns.add(`${table}.${node.subname ?? ""}`).add(`${table}.${node.newname ?? ""}`);
      } else if (node.renameType === "OBJECT_TABLE") {
        names.tables.add(table).add(dotted([...rangeNames(node.relation).slice(0, -1), node.newname ?? ""]));
      }
      return;
    }
    case "AlterTableStmt": {
      const table = rangeText(node.relation);
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
