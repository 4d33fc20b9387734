import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { Trigger } from "../../catalog/model/trigger.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { splitName } from "../../effects/alter-table/column-dependents.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { ParsedStatement } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { OnlineContext } from "../online-context.ts";
import { relationName } from "../relation-name.ts";

/** The comment of a trigger that keeps columns current: it says of which columns and routines the function speaks by name. */
export const syncComment = (columns: readonly string[], called: readonly QualifiedName[] = []): string =>
  `Lockkeeper: keeps ${columns.map(quoteIdentifier).join(".")} current${called.length === 0 ? "" : ` by ${called.map(quoteQualified).join(", ")}`}, until contract`;

const COMMENT = /^Lockkeeper: keeps (.*?) current(?: by (.*))?, until contract$/s;

/** Whether the function of a trigger that keeps columns current calls the routine. */
export const isCalledBySync = (routine: QualifiedName, { store: { maps } }: CatalogState): boolean =>
  [...maps.tables.values()].some(({ triggers }) =>
    triggers.some(({ comment = "" }) => COMMENT.exec(comment)?.[2]?.split(", ").includes(quoteQualified(routine))),
  );

/** What the statement would take from a trigger that still keeps columns current, in words; undefined when nothing. */
export function standingSync(parsed: ParsedStatement, { state }: OnlineContext): string | undefined {
  const moved = touchedTables(parsed)
    .flatMap((name) => state.table(name) ?? [])
    .find(({ triggers }) => triggers.some(({ timing, comment = "" }) => timing === "after" && COMMENT.test(comment)));
  if (moved !== undefined) {
    return `takes the name away by which triggers of another table write to ${moved.name} until what an earlier change left standing is removed`;
  }
  const touched = touchedColumns(parsed);
  const taken = takenNames(parsed);
  if (touched.columns.length + taken.length === 0) return undefined;
  const table = state.table(touched.table);
  if (table === undefined) return undefined;
  for (const { name: column } of touched.columns) {
    const trigger = keeping(table, column);
    if (trigger !== undefined) {
      return `changes ${column}, which the trigger ${trigger.name} of ${table.name} keeps current until what an earlier change left standing is removed`;
    }
  }
  for (const { name, isOptional } of taken) {
    const standing = table.columns.find((one) => one.name === name);
    const isHeld = standing !== undefined && (!isOptional || standing.comment === SECOND_NAME);
    if (isHeld && keeping(table, standing.name) !== undefined) {
      return `takes the name ${name}, which a column of ${table.name} has until what an earlier change left standing is removed`;
    }
  }
  return undefined;
}

/** The comment of a column that bears the old name of another one. */
export const SECOND_NAME = "Lockkeeper: the old name of a column, until contract";

/** The names that a statement gives to columns; an optional one leaves a column alone that has it. */
function takenNames(
  parsed: ParsedStatement,
): readonly { readonly name: string | undefined; readonly isOptional: boolean }[] {
  if (parsed.tag === "RenameStmt") {
    return parsed.node.renameType === "OBJECT_COLUMN" ? [{ name: parsed.node.newname, isOptional: false }] : [];
  }
  if (parsed.tag !== "AlterTableStmt") return [];
  return nodesAs(parsed.node.cmds, "AlterTableCmd")
    .filter(({ subtype }) => subtype === "AT_AddColumn")
    .map(({ def, missing_ok: isOptional = false }) => ({ name: nodeAs(def, "ColumnDef")?.colname, isOptional }));
}

/** The trigger of ours that keeps a column current, or goes by it. */
export const keeping = ({ triggers }: Table, column: string): Trigger | undefined =>
  triggers.find(({ comment = "" }) => {
    const columns = COMMENT.exec(comment)?.[1];
    return columns !== undefined && splitName(columns).includes(column);
  });

/** Tables that a statement renames, moves to another schema or drops. */
function touchedTables(parsed: ParsedStatement): readonly ReturnType<typeof relationName>[] {
  switch (parsed.tag) {
    case "DropStmt":
      return parsed.node.removeType === "OBJECT_TABLE"
        ? (parsed.node.objects ?? [])
            .map((object) => namesOf(object))
            .map((names) => ({
              schema: names.at(-2),
              name: names.at(-1) ?? "",
            }))
        : [];
    case "RenameStmt":
      return parsed.node.renameType === "OBJECT_TABLE" ? [relationName(parsed.node.relation)] : [];
    case "AlterObjectSchemaStmt":
      return parsed.node.objectType === "OBJECT_TABLE" ? [relationName(parsed.node.relation)] : [];
    default:
      return [];
  }
}

const LOSES: ReadonlySet<string> = new Set(["AT_DropColumn", "AT_AlterColumnType"]);

/** Columns that a statement renames, retypes or drops: functions do not find them any more, or not as they were. */
export function touchedColumns(parsed: ParsedStatement): {
  readonly table: ReturnType<typeof relationName>;
  readonly columns: readonly { readonly name: string; readonly isDropped: boolean }[];
} {
  if (parsed.tag === "RenameStmt" && parsed.node.renameType === "OBJECT_COLUMN") {
    return {
      table: relationName(parsed.node.relation),
      columns: [{ name: parsed.node.subname ?? "", isDropped: false }],
    };
  }
  if (parsed.tag !== "AlterTableStmt") return { table: { schema: undefined, name: "" }, columns: [] };
  const lost = nodesAs(parsed.node.cmds, "AlterTableCmd").filter(({ subtype }) => LOSES.has(subtype ?? ""));
  return {
    table: relationName(parsed.node.relation),
    columns: lost.flatMap(({ name, subtype }) =>
      name === undefined ? [] : [{ name, isDropped: subtype === "AT_DropColumn" }],
    ),
  };
}
