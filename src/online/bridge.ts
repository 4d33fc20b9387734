import type { View } from "../catalog/model/view.ts";
import { type ObjectId, objectId } from "../catalog/object-id.ts";
import { objectPath } from "../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { nodesAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import { quoteQualified } from "../sql/quote.ts";
import { relationName } from "./relation-name.ts";

/** The comment of the view that bears a table's old name: by it the view is told from one that somebody made since. */
export const bridgeComment = (now: string): string => `Lockkeeper: the old name of ${now}, until contract`;

const isBridge = ({ comment }: View): boolean =>
  /^Lockkeeper: the old name of .*, until contract$/s.test(comment ?? "");

/**
 * Statements that end bridges which stand in the way of another: of the name that it takes, of the table or column that
 * it changes and on which the view is built, or of the schema that it drops. As written there would be no view.
 */
export function endBridges(parsed: ParsedStatement, state: CatalogState): readonly string[] {
  const bridges = [...state.store.maps.views.values()].filter(isBridge);
  if (bridges.length === 0) return [];
  const names = [...takenNames(parsed), ...changedTables(parsed, state)];
  const meant = names.map((name) => state.resolved(name));
  const schemas = droppedSchemas(parsed);
  return bridges
    .filter(
      (view) =>
        schemas.includes(view.schema) || meant.some(({ schema, name }) => schema === view.schema && name === view.name),
    )
    .map((view) => `DROP VIEW ${quoteQualified(view)}`);
}

interface Name {
  readonly schema?: string | undefined;
  readonly name: string;
}

/** What the statement calls something. */
function takenNames(parsed: ParsedStatement): readonly Name[] {
  switch (parsed.tag) {
    case "CreateStmt":
      return [relationName(parsed.node.relation)];
    case "CreateTableAsStmt":
      return [relationName(parsed.node.into?.rel)];
    case "ViewStmt":
      return [relationName(parsed.node.view)];
    case "CreateSeqStmt":
      return [relationName(parsed.node.sequence)];
    case "CreateForeignTableStmt":
      return [relationName(parsed.node.base?.relation)];
    case "RenameStmt": {
      const { renameType, relation, newname = "" } = parsed.node;
      const isRelation =
        relation !== undefined && renameType !== "OBJECT_COLUMN" && renameType !== "OBJECT_TABCONSTRAINT";
      return isRelation ? [{ ...relationName(relation), name: newname }] : [];
    }
    case "AlterObjectSchemaStmt": {
      const { relation, newschema = "" } = parsed.node;
      return relation === undefined ? [] : [{ schema: newschema, name: relationName(relation).name }];
    }
    default:
      return [];
  }
}

/** The bridges of tables that are dropped, and those that show a column which goes or gets another type. */
function changedTables(parsed: ParsedStatement, state: CatalogState): readonly Name[] {
  return changedObjects(parsed, state)
    .flatMap((id) => state.dependentsOf(id))
    .map(({ from }) => objectPath(from))
    .filter(({ kind }) => kind === "view")
    .map(({ path: [schema, view = ""] }) => ({ schema, name: view }));
}

const droppedSchemas = (parsed: ParsedStatement): readonly string[] =>
  parsed.tag === "DropStmt" && parsed.node.removeType === "OBJECT_SCHEMA"
    ? (parsed.node.objects ?? []).map((object) => namesOf(object).at(-1) ?? "")
    : [];

function changedObjects(parsed: ParsedStatement, state: CatalogState): readonly ObjectId[] {
  if (parsed.tag === "DropStmt" && parsed.node.removeType === "OBJECT_TABLE") {
    return (parsed.node.objects ?? []).flatMap((object) => {
      const names = namesOf(object);
      const table = state.table({ schema: names.at(-2), name: names.at(-1) ?? "" });
      if (table === undefined) return [];
      const { schema, name, columns } = table;
      return [
        objectId("table", schema, name),
        ...columns.map((column) => objectId("column", schema, name, column.name)),
      ];
    });
  }
  if (parsed.tag !== "AlterTableStmt") return [];
  const table = state.table(relationName(parsed.node.relation));
  const lost = nodesAs(parsed.node.cmds, "AlterTableCmd").filter(
    ({ subtype }) => subtype === "AT_DropColumn" || subtype === "AT_AlterColumnType",
  );
  return table === undefined
    ? []
    : lost.flatMap(({ name }) => (name === undefined ? [] : [objectId("column", table.schema, table.name, name)]));
}
