import { namesOf } from "../sql/object-name.ts";
import { type NodeOf, type PgNode, parseStatement, type TaggedNode, taggedNode } from "../sql/parse-statement.ts";
import type { Plan, PlannedStatement, RemovedObject, StepPlace } from "./plan.ts";

/** A statement that removes rows or whatever holds rows. */
export interface DataRemoval {
  readonly migration: string;
  readonly at: StepPlace;
  readonly sql: string;
  /** What goes, for people: `table orders`, `rows of orders`, `column note of orders`. */
  readonly removes: string;
  /** With `IF EXISTS`, where nothing before it can have made the object: it removes nothing unless this is there now. */
  readonly ifThere?: RemovedObject;
}

interface Removed {
  readonly removes: string;
  readonly ifThere?: RemovedObject;
}

/**
 * The statements of plans that remove data, in their order. What functions, `DO` blocks and scripts do, nobody can tell
 * from their text. Pure; `loadParser()` must have resolved.
 */
export function dataRemovals(...plans: readonly Plan[]): DataRemoval[] {
  const earlier = new EarlierText();
  return plans.flatMap((plan) =>
    plan.steps.flatMap((step): DataRemoval[] => {
      if (step.kind === "script") {
        earlier.addUnknown();
        return [];
      }
      const statements = step.kind === "ddl" ? step.statements : [step.statement];
      return statements.flatMap((statement) => {
        const { at, sql } = statement;
        const found = removedBy(statement).map(({ removes, ifThere }) => ({
          migration: plan.migration,
          at,
          sql,
          removes,
          ...(ifThere === undefined || earlier.mayMake(ifThere) ? {} : { ifThere }),
        }));
        earlier.add(statement);
        return found;
      });
    }),
  );
}

/** Statements whose text does not tell what they make or rename. */
const OPAQUE: ReadonlySet<string> = new Set(["DoStmt", "CallStmt", "SelectStmt", "ExecuteStmt"]);

/** What runs before a statement, and may make what that one removes, or give its name to something else. */
class EarlierText {
  #text = "";
  #isUnknown = false;

  addUnknown(): void {
    this.#isUnknown = true;
  }

  add({ tag, sql }: PlannedStatement): void {
    this.#text += `${sql.toLowerCase()}\n`;
    this.#isUnknown ||= OPAQUE.has(tag);
  }

  mayMake({ names, column }: RemovedObject): boolean {
    const words = column === undefined ? names : [...names, column];
    return this.#isUnknown || words.some((name) => this.#text.includes(name.toLowerCase()));
  }
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

function removedBy({ tag, sql, at, isTrial, absent = [] }: PlannedStatement): readonly Removed[] {
  if (isTrial === true || !SUSPECTS.has(tag)) {
    return [];
  }
  const statement = { text: sql, start: 0, end: sql.length, line: at.line, column: at.column };
  const isAbsent = (one: RemovedObject): boolean => absent.some((other) => textOf(other) === textOf(one));
  return removedByNode(parseStatement(statement, at.file)).filter(
    ({ ifThere }) => ifThere === undefined || !isAbsent(ifThere),
  );
}

const textOf = ({ kind, names, column }: RemovedObject): string => JSON.stringify([kind, names, column]);

/** What a statement removes only where it is there. */
export const optionalRemovals = (statement: TaggedNode): readonly RemovedObject[] =>
  statement.tag === "DropStmt" || statement.tag === "AlterTableStmt"
    ? removedByNode(statement).flatMap(({ ifThere }) => ifThere ?? [])
    : [];

function removedByNode(statement: TaggedNode): readonly Removed[] {
  switch (statement.tag) {
    case "DropStmt":
      return removedByDrop(statement.node);
    case "TruncateStmt":
      return (statement.node.relations ?? []).map((relation) => ({ removes: `all rows of ${relationName(relation)}` }));
    case "AlterTableStmt":
      return removedColumns(statement.node);
    case "DropdbStmt":
      return [{ removes: `database ${statement.node.dbname}` }];
    case "DropOwnedStmt":
      return [{ removes: "everything a role owns" }];
    default:
      return deletions(statement.node, statement.tag).map((removes) => ({ removes }));
  }
}

function removedColumns({ cmds = [], relation = {}, missing_ok }: NodeOf<"AlterTableStmt">): Removed[] {
  return cmds.flatMap((command): Removed[] => {
    const { tag, node } = taggedNode(command);
    if (tag !== "AlterTableCmd" || node.subtype !== "AT_DropColumn") {
      return [];
    }
    const { name = "" } = node;
    const removes = `column ${name} of ${qualified(relation)}`;
    const isOptional = missing_ok === true || node.missing_ok === true;
    return [
      isOptional
        ? { removes, ifThere: { kind: "relation", names: namesOfRange(relation), column: name } }
        : { removes },
    ];
  });
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

function removedByDrop(statement: NodeOf<"DropStmt">): Removed[] {
  const { removeType = "OBJECT_ACCESS_METHOD", objects = [], behavior, missing_ok } = statement;
  const holder = HOLDERS[removeType];
  if (holder !== undefined) {
    const kind = removeType === "OBJECT_SCHEMA" ? "schema" : "relation";
    return objects.map((object) => {
      const removes = `${holder} ${objectName(object)}`;
      return missing_ok === true ? { removes, ifThere: { kind, names: namesOf(object) } } : { removes };
    });
  }
  // DROP TYPE … CASCADE takes the columns of the type along, and so with all that columns can be built on.
  return behavior === "DROP_CASCADE" && !HARMLESS_CASCADE.has(removeType)
    ? objects.map((object) => ({ removes: `whatever depends on ${objectName(object)}` }))
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

const namesOfRange = ({ schemaname, relname = "" }: NodeOf<"RangeVar">): readonly string[] =>
  schemaname === undefined || schemaname === "" ? [relname] : [schemaname, relname];

function relationName(node: PgNode): string {
  const { tag, node: fields } = taggedNode(node);
  return tag === "RangeVar" ? qualified(fields) : tag;
}

const qualified = (range: NodeOf<"RangeVar">): string => namesOfRange(range).join(".");

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
