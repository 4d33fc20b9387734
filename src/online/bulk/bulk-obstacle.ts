import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import { isVolatile } from "../../effects/alter-table/expression-volatility.ts";
import { parsedQueries } from "../../effects/lock-sources.ts";
import { relationsIn } from "../../effects/relations-in.ts";
import { nodesAs } from "../../sql/node-as.ts";
import { nodesOfType } from "../../sql/nodes-of-type.ts";
import { type BulkWrite, columnsRead } from "./bulk-target.ts";

/** Why a statement cannot be done in batches, behind "it"; and what can be done about it. */
export interface Obstacle {
  readonly because: string;
  readonly instead?: string;
}

/** What in a bulk UPDATE or DELETE comes to another end when it is done a few rows at a time. */
export function bulkObstacle(write: BulkWrite): Obstacle | undefined {
  return ofForm(write) ?? ofHeirs(write) ?? ofMoments(write) ?? ofReading(write) ?? ofRules(write) ?? ofKeys(write);
}

function ofForm({ node, kind }: BulkWrite): Obstacle | undefined {
  if (node.withClause !== undefined) {
    return { because: "has a WITH, which would run for each batch", instead: "put its query where it is used" };
  }
  if (node.returningClause !== undefined) {
    return { because: "has a RETURNING, whose rows nobody reads here", instead: "take it out" };
  }
  const hasRowConstructor = nodesOfType(node, "MultiAssignRef").some(({ source }) => "SubLink" in (source ?? {}));
  return kind === "update" && hasRowConstructor
    ? { because: "assigns several columns from one subquery", instead: "join the subquery by FROM" }
    : undefined;
}

function ofHeirs({ table, all }: BulkWrite): Obstacle | undefined {
  return table.kind === "partitioned" || all.length === 1
    ? undefined
    : { because: "goes on to the tables that inherit from it", instead: "write it for ONLY each of them" };
}

/** Texts that PostgreSQL takes for a moment where one is expected. */
const MOMENTS: ReadonlySet<string> = new Set(["now", "today", "tomorrow", "yesterday"]);
const OF_TIME: ReadonlySet<string> = new Set(["date", "timestamp", "timestamptz"]);

function ofMoments({ node, table }: BulkWrite): Obstacle | undefined {
  const found = nodesOfType(node, "A_Const").find(({ sval }) => MOMENTS.has(sval?.sval?.trim().toLowerCase() ?? ""));
  if (found === undefined || !table.columns.some(({ type }) => OF_TIME.has(type.name))) return undefined;
  return {
    because: `has '${found.sval?.sval}' as a text, which would be another moment for each batch`,
    instead: "write now() or CURRENT_DATE",
  };
}

function ofReading(write: BulkWrite): Obstacle | undefined {
  const { node, state, table, all, alias } = write;
  if (isVolatile(node.whereClause, state)) {
    return { because: "chooses its rows by a function that gives another value for each call" };
  }
  const sources = [node.whereClause, "fromClause" in node ? node.fromClause : undefined];
  const read = relationsIn([...sources, "usingClause" in node ? node.usingClause : [], targetsOf(write)]);
  if (read.some(({ name }) => readsOne(name, all, write))) {
    return {
      because: "reads the table that it changes, so that each batch would see what those before it did",
      instead: "keep what it reads in a table of its own, made before it",
    };
  }
  const columns = columnsRead([node.whereClause, targetsOf(write)], write);
  if (columns === "all") return { because: "takes whole rows of its table", instead: "name the columns" };
  const system = [...columns].find(
    (column) => SYSTEM.has(column) && !table.columns.some(({ name }) => name === column),
  );
  if (system !== undefined) return { because: `reads ${system}, which changes with each version of a row` };
  const long = nodesOfType(node, "ColumnRef").find(({ fields }) => nodesAs(fields, "String").length > 2);
  return long === undefined
    ? undefined
    : {
        because: "names a column with its schema",
        instead: `name it ${alias ?? table.name}.${nodesAs(long.fields, "String").at(-1)?.sval}`,
      };
}

const SYSTEM: ReadonlySet<string> = new Set(["ctid", "xmin", "xmax", "cmin", "cmax"]);

const targetsOf = ({ node }: BulkWrite): unknown => ("targetList" in node ? node.targetList : undefined);

/** Whether a relation is one of the tables, or a view that reads one. */
function readsOne(name: WrittenName, all: readonly Table[], write: BulkWrite): boolean {
  const { state } = write;
  const relation = state.relation(name);
  if (relation?.kind === "table") {
    const family = [relation.is, ...state.descendantsOf(relation.is)];
    return family.some((one) => all.some((other) => one.schema === other.schema && one.name === other.name));
  }
  if (relation?.kind !== "view") return false;
  const queries = parsedQueries(relation.is.definition);
  return queries.length === 0 || relationsIn(queries).some((one) => readsOne(one.name, all, write));
}

function ofRules({ kind, all }: BulkWrite): Obstacle | undefined {
  const rule = all.flatMap(({ rules }) => rules).find((one) => one.event === kind && one.enabled !== "disabled");
  return rule === undefined ? undefined : { because: `is rewritten by the rule ${rule.name}` };
}

/** What PostgreSQL checks at the end of a statement, and would check at the end of each batch. */
function ofKeys({ kind, all, assigned }: BulkWrite): Obstacle | undefined {
  const columns = new Set(assigned.map(({ column }) => column));
  for (const table of all) {
    for (const constraint of table.constraints) {
      if (constraint.type === "foreign key") {
        if (refersToOneOf(constraint, all) && isHeld(constraint, kind, columns)) {
          return {
            because: `may remove a row in one batch to which a row of another refers by ${constraint.name}`,
            instead: `drop ${constraint.name} before it, and add it behind it`,
          };
        }
      } else if (constraint.deferrable && constraint.columns.some((column) => columns.has(column))) {
        return {
          because: `changes columns of ${constraint.name}, which is deferrable: values may collide between two batches`,
          instead: `drop ${constraint.name} before it, and add it behind it`,
        };
      }
    }
  }
  return undefined;
}

const refersToOneOf = ({ references }: ForeignKey, all: readonly Table[]): boolean =>
  all.some(({ schema, name }) => references.schema === schema && references.name === name);

function isHeld(
  { onDelete, onUpdate, references }: ForeignKey,
  kind: BulkWrite["kind"],
  columns: Set<string>,
): boolean {
  return kind === "delete"
    ? HOLDING.has(onDelete)
    : HOLDING.has(onUpdate) && references.columns.some((column) => columns.has(column));
}

const HOLDING: ReadonlySet<string> = new Set(["no action", "restrict"]);
