import { nodeAs } from "../../../sql/node-as.ts";
import { dotted, namesOf } from "../../../sql/object-name.ts";
import { type PgNode, taggedNode } from "../../../sql/parse-statement.ts";
import { quoteLiteral } from "../../../sql/quote.ts";
import { valueText } from "./options.ts";

/** Stands for what this program does not write out. */
const ELLIPSIS = "…";

/**
 * An expression as SQL, near to what was written. The server writes casts and brackets that only it knows of, so this is
 * no text to compare; parts that are rare are an ellipsis.
 */
export function expressionText(expression: PgNode | undefined): string {
  if (expression === undefined || Object.keys(expression).length === 0) {
    return ELLIPSIS;
  }
  const { tag, node } = taggedNode(expression);
  switch (tag) {
    case "A_Const":
      return node.isnull === true
        ? "NULL"
        : node.sval === undefined
          ? valueText(expression)
          : quoteLiteral(node.sval.sval ?? "");
    case "ColumnRef":
      return (node.fields ?? [])
        .map((field) => (nodeAs(field, "String") === undefined ? "*" : dotted(namesOf(field))))
        .join(".");
    case "TypeCast":
      return `${expressionText(node.arg)}::${typeText(node.typeName?.names, node.typeName?.typmods, node.typeName?.arrayBounds)}`;
    case "FuncCall":
      return `${dotted(namesOf(node.funcname).filter((name) => name !== "pg_catalog"))}(${node.agg_star === true ? "*" : list(node.args)})`;
    case "A_Expr":
      return operation(node.kind, namesOf(node.name).at(-1) ?? "", node.lexpr, node.rexpr);
    case "BoolExpr": {
      const parts = (node.args ?? []).map(expressionText);
      return node.boolop === "NOT_EXPR"
        ? `(NOT ${parts[0]})`
        : `(${parts.join(node.boolop === "AND_EXPR" ? " AND " : " OR ")})`;
    }
    case "NullTest":
      return `(${expressionText(node.arg)} ${node.nulltesttype === "IS_NULL" ? "IS NULL" : "IS NOT NULL"})`;
    case "CoalesceExpr":
      return `COALESCE(${list(node.args)})`;
    case "A_ArrayExpr":
      return `ARRAY[${list(node.elements)}]`;
    case "List":
      return list(node.items);
    case "CollateClause":
      return `(${expressionText(node.arg)} COLLATE ${dotted(namesOf(node.collname))})`;
    case "SQLValueFunction":
      return (node.op ?? "").replace(/^SVFOP_/, "").replace(/_N$/, "");
    default:
      return ELLIPSIS;
  }
}

const list = (nodes: readonly PgNode[] | undefined): string => (nodes ?? []).map(expressionText).join(", ");

function typeText(
  names: readonly PgNode[] | undefined,
  modifiers: readonly PgNode[] | undefined,
  bounds: readonly PgNode[] | undefined,
): string {
  const parts = namesOf(names);
  const name = dotted(parts[0] === "pg_catalog" ? parts.slice(1) : parts);
  return name + (modifiers === undefined ? "" : `(${list(modifiers)})`) + (bounds ?? []).map(() => "[]").join("");
}

function operation(
  kind: string | undefined,
  operator: string,
  left: PgNode | undefined,
  right: PgNode | undefined,
): string {
  const a = left === undefined ? "" : `${expressionText(left)} `;
  const b = expressionText(right);
  switch (kind) {
    case "AEXPR_OP":
      return `(${a}${operator} ${b})`;
    case "AEXPR_IN":
      return `(${a}${operator === "=" ? "IN" : "NOT IN"} (${b}))`;
    case "AEXPR_OP_ANY":
      return `(${a}${operator} ANY (${b}))`;
    case "AEXPR_OP_ALL":
      return `(${a}${operator} ALL (${b}))`;
    case "AEXPR_LIKE":
      return `(${a}${operator === "~~" ? "LIKE" : "NOT LIKE"} ${b})`;
    case "AEXPR_ILIKE":
      return `(${a}${operator === "~~*" ? "ILIKE" : "NOT ILIKE"} ${b})`;
    case "AEXPR_DISTINCT":
      return `(${a}IS DISTINCT FROM ${b})`;
    case "AEXPR_NOT_DISTINCT":
      return `(${a}IS NOT DISTINCT FROM ${b})`;
    default:
      return ELLIPSIS;
  }
}
