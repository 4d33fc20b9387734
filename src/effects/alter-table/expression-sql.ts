import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import { type PgNode, taggedNode } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";

/** Puts something else in the place of a column. */
export type ColumnText = (name: string) => string;

/**
 * An expression as SQL again, for queries that ask for offending rows; undefined where it has a part that is not known
 * here (subqueries, windows, XML), so that no query is better than a wrong one. Brackets stand around every operation.
 */
export function expressionSql(node: PgNode | undefined, column: ColumnText = quoteIdentifier): string | undefined {
  try {
    return node === undefined ? undefined : sqlOf(node, column);
  } catch (error) {
    if (error instanceof NotKnown) return undefined;
    throw error;
  }
}

class NotKnown extends Error {}

function sqlOf(node: PgNode, column: ColumnText): string {
  const sql = (one: PgNode | undefined): string => {
    if (one === undefined) throw new NotKnown();
    return sqlOf(one, column);
  };
  const list = (nodes: readonly PgNode[] | undefined): string => (nodes ?? []).map(sql).join(", ");
  const tagged = taggedNode(node);
  switch (tagged.tag) {
    case "ColumnRef": {
      const parts = namesOf(tagged.node.fields);
      if (parts.length !== (tagged.node.fields ?? []).length) throw new NotKnown();
      return column(parts.at(-1) ?? "");
    }
    case "A_Const": {
      const { isnull, ival, fval, boolval, sval, bsval } = tagged.node;
      if (isnull === true) return "NULL";
      if (ival !== undefined) return String(ival.ival ?? 0);
      if (fval !== undefined) return fval.fval ?? "0";
      if (boolval !== undefined) return boolval.boolval === true ? "TRUE" : "FALSE";
      if (sval !== undefined) return quoteLiteral(sval.sval ?? "");
      const bits = bsval?.bsval ?? "";
      return `${bits.slice(0, 1)}'${bits.slice(1)}'`;
    }
    case "TypeCast":
      return `CAST(${sql(tagged.node.arg)} AS ${typeSql(tagged.node.typeName)})`;
    case "CollateClause":
      return `(${sql(tagged.node.arg)} COLLATE ${namesOf(tagged.node.collname).map(quoteIdentifier).join(".")})`;
    case "BoolExpr": {
      const args = tagged.node.args ?? [];
      if (tagged.node.boolop === "NOT_EXPR") return `(NOT ${sql(args[0])})`;
      return `(${args.map(sql).join(tagged.node.boolop === "AND_EXPR" ? " AND " : " OR ")})`;
    }
    case "NullTest":
      return `(${sql(tagged.node.arg)} IS ${tagged.node.nulltesttype === "IS_NULL" ? "" : "NOT "}NULL)`;
    case "BooleanTest":
      return `(${sql(tagged.node.arg)} ${(tagged.node.booltesttype ?? "").replaceAll("_", " ")})`;
    case "CoalesceExpr":
      return `COALESCE(${list(tagged.node.args)})`;
    case "MinMaxExpr":
      return `${tagged.node.op === "IS_GREATEST" ? "GREATEST" : "LEAST"}(${list(tagged.node.args)})`;
    case "A_ArrayExpr":
      return `ARRAY[${list(tagged.node.elements)}]`;
    case "RowExpr":
      return `ROW(${list(tagged.node.args)})`;
    case "SQLValueFunction": {
      const name = (tagged.node.op ?? "").replace(/^SVFOP_/, "");
      if (name.endsWith("_N")) throw new NotKnown();
      return name;
    }
    case "FuncCall": {
      const { funcname, args, agg_star, agg_distinct, agg_filter, agg_order, over, func_variadic } = tagged.node;
      if (agg_star ?? agg_distinct ?? agg_filter ?? agg_order ?? over ?? func_variadic) throw new NotKnown();
      return `${namesOf(funcname).map(quoteIdentifier).join(".")}(${list(args)})`;
    }
    case "CaseExpr": {
      const { arg, args, defresult } = tagged.node;
      const whens = nodesAs(args, "CaseWhen").map(({ expr, result }) => `WHEN ${sql(expr)} THEN ${sql(result)}`);
      const otherwise = defresult === undefined ? "" : ` ELSE ${sql(defresult)}`;
      return `CASE ${arg === undefined ? "" : sql(arg)} ${whens.join(" ")}${otherwise} END`;
    }
    case "A_Expr":
      return `(${operation(tagged.node, sql, list)})`;
    default:
      throw new NotKnown();
  }
}

type Sql = (node: PgNode | undefined) => string;
type List = (nodes: readonly PgNode[] | undefined) => string;
type Operation = Extract<ReturnType<typeof taggedNode>, { tag: "A_Expr" }>["node"];

function operation({ kind, name, lexpr, rexpr }: Operation, sql: Sql, list: List): string {
  const names = namesOf(name);
  const operator = names.length > 1 ? `OPERATOR(${quoteIdentifier(names[0] ?? "")}.${names[1]})` : (names[0] ?? "");
  const items = nodeAs(rexpr, "List")?.items ?? [];
  switch (kind) {
    case "AEXPR_OP":
      return lexpr === undefined ? `${operator} ${sql(rexpr)}` : `${sql(lexpr)} ${operator} ${sql(rexpr)}`;
    case "AEXPR_OP_ANY":
      return `${sql(lexpr)} ${operator} ANY (${sql(rexpr)})`;
    case "AEXPR_OP_ALL":
      return `${sql(lexpr)} ${operator} ALL (${sql(rexpr)})`;
    case "AEXPR_DISTINCT":
      return `${sql(lexpr)} IS DISTINCT FROM ${sql(rexpr)}`;
    case "AEXPR_NOT_DISTINCT":
      return `${sql(lexpr)} IS NOT DISTINCT FROM ${sql(rexpr)}`;
    case "AEXPR_IN":
      return `${sql(lexpr)} ${operator === "<>" ? "NOT IN" : "IN"} (${list(items)})`;
    case "AEXPR_LIKE":
    case "AEXPR_ILIKE":
      return `${sql(lexpr)} ${operator} ${sql(rexpr)}`;
    case "AEXPR_BETWEEN":
    case "AEXPR_NOT_BETWEEN":
      return `${sql(lexpr)} ${kind === "AEXPR_BETWEEN" ? "" : "NOT "}BETWEEN ${sql(items[0])} AND ${sql(items[1])}`;
    default:
      throw new NotKnown();
  }
}

type WrittenType = Extract<ReturnType<typeof taggedNode>, { tag: "TypeName" }>["node"];

function typeSql(type: WrittenType | undefined): string {
  const modifiers = (type?.typmods ?? []).map((node) => {
    const value = nodeAs(node, "A_Const")?.ival;
    if (value === undefined || namesOf(type?.names).at(-1) === "interval") throw new NotKnown();
    return value.ival ?? 0;
  });
  const name = namesOf(type?.names).map(quoteIdentifier).join(".");
  if (name === "" || type?.pct_type === true) throw new NotKnown();
  return (
    name +
    (modifiers.length === 0 ? "" : `(${modifiers.join(", ")})`) +
    (type?.arrayBounds ?? []).map(() => "[]").join("")
  );
}
