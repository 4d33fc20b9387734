import type { Column } from "../../catalog/model/column.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { isVolatile } from "../../effects/alter-table/expression-volatility.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { nodesOfType } from "../../sql/nodes-of-type.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { SweepSpec } from "../sweep-spec.ts";
import { differs } from "../sync/differs.ts";
import { type BulkWrite, columnsRead, firedTriggers } from "./bulk-target.ts";
import { keyThatStays } from "./key-that-stays.ts";

type Visits = Pick<SweepSpec, "visits" | "left" | "key">;

/**
 * How often a row may be visited. `again` only where it can be proved that a second visit changes nothing: rows that
 * are gone, that the condition excludes afterwards, or whose new values depend on nothing that is assigned.
 *
 * @param bound the SQL with the moment of the sweep in the place of `now()`
 * @returns undefined where every row may be visited only once, and no key tells the rows apart
 */
export function bulkVisits(write: BulkWrite, bound: BulkWrite["text"]): Visits | undefined {
  const left = leftAfter(write, bound);
  if (left !== undefined) return { visits: "again", left };
  const key = keyThatStays(write);
  return key === undefined ? undefined : { visits: "once", key };
}

/** A condition that holds for rows that are still to be done; undefined where a second visit may change them again. */
function leftAfter(write: BulkWrite, { where, joined, assignments }: BulkWrite["text"]): string | undefined {
  const { kind, assigned, node, state } = write;
  const isSeen = firedTriggers(write).some(
    ({ level, timing }) => level === "row" && (kind === "update" || timing === "before"),
  );
  const calls = callsOfUsers(node, state);
  if (joined !== undefined || isSeen || calls || isVolatile(targetListOf(write), state)) return undefined;
  if (kind === "delete") return where ?? "true";
  if (where !== undefined && endsCondition(write)) return where;
  const columns = new Set(assigned.map(({ column }) => column));
  const tables = write.table.columns;
  const comparisons = assigned.map(({ column, value }, at) => {
    const known = tables.find(({ name }) => name === column);
    const expression = assignments[at]?.expression;
    const reads = value === undefined ? "all" : columnsRead(value, write);
    const isOwn = reads === "all" || [...reads].some((name) => columns.has(name) || isGenerated(name, tables));
    const isDefault = nodeAs(value, "SetToDefault") !== undefined;
    return known === undefined || expression === undefined || isOwn || isDefault
      ? undefined
      : differs(known, quoteIdentifier(column), `CAST((${expression}) AS ${known.type.text})`);
  });
  if (comparisons.length === 0 || comparisons.includes(undefined)) return undefined;
  const differ = comparisons.join(" OR ");
  // The expression may fail on rows that the condition keeps away from it.
  return where === undefined ? differ : `CASE WHEN ${where} THEN ${differ} ELSE false END`;
}

const targetListOf = ({ node }: BulkWrite): PgNode | undefined =>
  ("targetList" in node ? node.targetList : undefined) as unknown as PgNode | undefined;

const isGenerated = (name: string, columns: readonly Column[]): boolean =>
  columns.find((column) => column.name === name)?.generated !== undefined;

/** Functions of users may read whatever they like, unless they are said to be immutable. */
const callsOfUsers = (tree: unknown, state: CatalogState): boolean =>
  nodesOfType(tree, "FuncCall").some(({ funcname }) => {
    const names = namesOf(funcname);
    const routines = state.routinesNamed({ schema: names.at(-2), name: names.at(-1) ?? "" });
    return routines.some(({ volatility }) => volatility !== "immutable");
  });

/** Whether one of the conditions, all of which must hold, is false once its column has its new value. */
function endsCondition({ node, assigned }: BulkWrite): boolean {
  const ends = (condition: PgNode | undefined): boolean => {
    const bool = nodeAs(condition, "BoolExpr");
    if (bool?.boolop === "AND_EXPR") return (bool.args ?? []).some(ends);
    if (bool?.boolop === "NOT_EXPR") return isSetTo(bool.args?.[0], true);
    const isNull = nodeAs(condition, "NullTest");
    if (isNull?.nulltesttype === "IS_NULL") return isSetTo(isNull.arg, "a value");
    const test = nodeAs(condition, "BooleanTest");
    if (test?.booltesttype === "IS_NOT_TRUE" || test?.booltesttype === "IS_FALSE") return isSetTo(test.arg, true);
    return isSetTo(condition, false);
  };
  const isSetTo = (column: PgNode | undefined, value: boolean | "a value"): boolean => {
    const name = namesOf(nodeAs(column, "ColumnRef")?.fields).at(-1);
    const given = nodeAs(assigned.find((one) => one.column === name)?.value, "A_Const");
    if (name === undefined || given === undefined || given.isnull === true) return false;
    return value === "a value" || (given.boolval !== undefined && (given.boolval.boolval === true) === value);
  };
  return ends(node.whereClause);
}
