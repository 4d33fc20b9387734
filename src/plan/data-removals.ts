import { type NodeOf, type PgNode, parseStatement, type TaggedNode, taggedNode } from "../sql/parse-statement.ts";
import type { Plan, PlannedStatement, StepPlace } from "./plan.ts";

/** A statement that removes rows or whatever holds rows. */
export interface DataRemoval {
  readonly migration: string;
  readonly at: StepPlace;
  readonly sql: string;
  /** What goes, for people: `table orders`, `rows of orders`, `column note of orders`. */
  readonly removes: string;
}

/**
 * The statements of a plan that remove data, in their order. What functions, `DO` blocks and scripts do, nobody can tell
 * from their text. Pure; `loadParser()` must have resolved.
 */
export function dataRemovals(plan: Plan): DataRemoval[] {
  return plan.steps.flatMap((step): DataRemoval[] => {
    const statements = step.kind === "ddl" ? step.statements : step.kind === "concurrent" ? [step.statement] : [];
    return statements.flatMap((statement) =>
      removedBy(statement).map((removes) => ({
        migration: plan.migration,
        at: statement.at,
        sql: statement.sql,
        removes,
      })),
    );
  });
}

/** Statements of which some kinds remove data; the others need not be parsed again. */
const SUSPECTS: ReadonlySet<string> = new Set([
  "DropStmt",
  "TruncateStmt",
  "DeleteStmt",
  "AlterTableStmt",
  "DropdbStmt",
  "DropOwnedStmt",
  "MergeStmt",
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "CreateTableAsStmt",
  "ExplainStmt",
]);

function removedBy({ tag, sql, at }: PlannedStatement): string[] {
  if (!SUSPECTS.has(tag)) {
    return [];
  }
  const statement = { text: sql, start: 0, end: sql.length, line: at.line, column: at.column };
  return removedByNode(parseStatement(statement, at.file));
}

function removedByNode(statement: TaggedNode): string[] {
  switch (statement.tag) {
    case "DropStmt":
      return removedByDrop(statement.node);
    case "TruncateStmt":
      return (statement.node.relations ?? []).map((relation) => `all rows of ${relationName(relation)}`);
    case "AlterTableStmt":
      return (statement.node.cmds ?? []).flatMap((command) => {
        const { tag, node } = taggedNode(command);
        const isDrop = tag === "AlterTableCmd" && node.subtype === "AT_DropColumn";
        return isDrop ? [`column ${node.name} of ${qualified(statement.node.relation ?? {})}`] : [];
      });
    case "DropdbStmt":
      return [`database ${statement.node.dbname}`];
    case "DropOwnedStmt":
      return ["everything a role owns"];
    default:
      return deletions(statement.node, statement.tag);
  }
}

const HOLDERS: Readonly<Record<string, string>> = {
  OBJECT_TABLE: "table",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SCHEMA: "schema",
};

/** What may hang on these is at most a definition that can be written again. */
const HARMLESS_CASCADE: ReadonlySet<string> = new Set([
  "OBJECT_INDEX",
  "OBJECT_TRIGGER",
  "OBJECT_RULE",
  "OBJECT_POLICY",
  "OBJECT_STATISTIC_EXT",
  "OBJECT_EVENT_TRIGGER",
]);

function removedByDrop({ removeType = "OBJECT_ACCESS_METHOD", objects = [], behavior }: NodeOf<"DropStmt">): string[] {
  const holder = HOLDERS[removeType];
  if (holder !== undefined) {
    return objects.map((object) => `${holder} ${objectName(object)}`);
  }
  // DROP TYPE … CASCADE takes the columns of the type along, and so with all that columns can be built on.
  return behavior === "DROP_CASCADE" && !HARMLESS_CASCADE.has(removeType)
    ? objects.map((object) => `whatever depends on ${objectName(object)}`)
    : [];
}

function objectName(node: PgNode): string {
  const { tag, node: fields } = taggedNode(node);
  switch (tag) {
    case "String":
      return fields.sval ?? "";
    case "List":
      return (fields.items ?? []).map(objectName).join(".");
    case "TypeName":
      return (fields.names ?? []).map(objectName).join(".");
    case "ObjectWithArgs":
      return (fields.objname ?? []).map(objectName).join(".");
    default:
      return tag;
  }
}

function relationName(node: PgNode): string {
  const { tag, node: fields } = taggedNode(node);
  return tag === "RangeVar" ? qualified(fields) : tag;
}

function qualified({ schemaname, relname = "" }: NodeOf<"RangeVar">): string {
  return schemaname === undefined || schemaname === "" ? relname : `${schemaname}.${relname}`;
}

/** `DELETE` and `MERGE … DELETE`, wherever in the statement they stand: a `WITH` may hold them too. */
function deletions(value: unknown, tag: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => deletions(item, tag));
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const own = ownDeletion(value, tag);
  const inner = Object.entries(value).flatMap(([key, item]) => deletions(item, key));
  return [...own, ...inner];
}

function ownDeletion(fields: object, tag: string): string[] {
  const relation = "relation" in fields ? (fields.relation as NodeOf<"RangeVar">) : {};
  if (tag === "DeleteStmt") {
    return [`rows of ${qualified(relation)}`];
  }
  const clauses = tag === "MergeStmt" ? ((fields as NodeOf<"MergeStmt">).mergeWhenClauses ?? []) : [];
  const deletes = clauses
    .map(taggedNode)
    .some(({ tag: kind, node }) => kind === "MergeWhenClause" && node.commandType === "CMD_DELETE");
  return deletes ? [`rows of ${qualified(relation)}`] : [];
}
