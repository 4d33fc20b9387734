import { nodeAs, nodesAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import { type PgNode, taggedNode } from "../sql/parse-statement.ts";

/** Of PostgreSQL itself; whatever they are given they give a value. */
const ALWAYS_VALUES = new Set([
  "clock_timestamp",
  "count",
  "cume_dist",
  "dense_rank",
  "gen_random_uuid",
  "now",
  "percent_rank",
  "rank",
  "row_number",
  "statement_timestamp",
  "transaction_timestamp",
]);

/** Of PostgreSQL itself; of values they make a value, and so do the operators. */
const VALUES_OF_VALUES = new Set([
  "abs",
  "btrim",
  "ceil",
  "char_length",
  "date_trunc",
  "floor",
  "initcap",
  "length",
  "lower",
  "ltrim",
  "md5",
  "replace",
  "round",
  "rtrim",
  "to_char",
  "upper",
]);

const OPERATORS = new Set(["=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "||"]);

/** Names of PostgreSQL's own objects stand alone in what it prints; those of others have their schemas in front. */
const ownName = (names: readonly string[]): string | undefined =>
  names.length === 1 || names[0] === "pg_catalog" ? names.at(-1) : undefined;

/** What is known of a column. */
export interface ColumnFacts {
  /** False: it may be null, or nothing is known. */
  readonly neverNull: boolean;
  /** A cast of a value gives a value, which that of the JSON value null does not. */
  readonly isCastWhole: boolean;
}

/** Finds a column by the parts of its name. */
export type FindColumn = (path: readonly string[]) => ColumnFacts | undefined;

/** Whether an expression is known not to give null; false where that cannot be told. */
export function isNeverNull(expression: PgNode, column: FindColumn): boolean {
  const is = (node: PgNode | undefined): boolean => node !== undefined && isNeverNull(node, column);
  const { tag, node } = taggedNode(expression);
  switch (tag) {
    case "ColumnRef":
      return columnOf(expression, column)?.neverNull === true;
    case "A_Const":
      return node.isnull !== true;
    case "TypeCast": {
      const isConstant = nodeAs(node.arg, "A_Const") !== undefined;
      return (isConstant || columnOf(node.arg, column)?.isCastWhole === true) && is(node.arg);
    }
    case "CoalesceExpr":
    case "MinMaxExpr":
      return (node.args ?? []).some(is);
    case "CaseExpr":
      return is(node.defresult) && nodesAs(node.args, "CaseWhen").every(({ result }) => is(result));
    case "BoolExpr":
      return (node.args ?? []).every(is);
    case "NullTest":
    case "BooleanTest":
    case "A_ArrayExpr":
      return true;
    case "SubLink":
      return node.subLinkType === "EXISTS_SUBLINK" || node.subLinkType === "ARRAY_SUBLINK";
    case "SQLValueFunction":
      return node.op !== "SVFOP_CURRENT_SCHEMA" && node.op !== "SVFOP_CURRENT_CATALOG";
    case "FuncCall":
      return isCallNeverNull(ownName(namesOf(node.funcname)) ?? "", node.args ?? [], is);
    case "A_Expr":
      if (node.kind === "AEXPR_DISTINCT" || node.kind === "AEXPR_NOT_DISTINCT") return true;
      return (
        node.kind === "AEXPR_OP" &&
        OPERATORS.has(ownName(namesOf(node.name)) ?? "") &&
        (node.lexpr === undefined || is(node.lexpr)) &&
        is(node.rexpr)
      );
    default:
      return false;
  }
}

const isCallNeverNull = (name: string, args: readonly PgNode[], is: (node: PgNode) => boolean): boolean =>
  ALWAYS_VALUES.has(name) || (VALUES_OF_VALUES.has(name) && args.every(is));

function columnOf(node: PgNode | undefined, column: FindColumn): ColumnFacts | undefined {
  const fields = nodeAs(node, "ColumnRef")?.fields ?? [];
  const isName = fields.length > 0 && fields.every((field) => nodeAs(field, "String") !== undefined);
  return isName ? column(namesOf(fields)) : undefined;
}
