import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { parsedNode } from "../../sql/parsed-node.ts";
import { constantOf, type Ordering } from "./constant.ts";
import { and, type Comparison, negated, or, type Predicate } from "./predicate.ts";

/** An expression as predicates name it: the same text for the same parse tree. */
export function expressionKey(node: PgNode | undefined): string {
  const column = nodeAs(node, "ColumnRef");
  const names = column === undefined ? [] : namesOf(column.fields);
  if (names.length > 0) return `column ${names.at(-1)}`;
  const cast = nodeAs(node, "TypeCast");
  // varchar is compared as text, without work.
  if (cast !== undefined && namesOf(cast.typeName?.names).at(-1) === "text") return expressionKey(cast.arg);
  return JSON.stringify(node, (name, value: unknown) => (name === "location" ? undefined : value));
}

/**
 * What an expression of the catalog says of rows.
 *
 * @param orderingOf how values of a key are ordered
 */
export function predicateOf(expression: string, orderingOf: (key: string) => Ordering): Predicate {
  const select = parsedNode(`SELECT ${expression}`, "SelectStmt");
  const value = nodesAs(select?.targetList, "ResTarget")[0]?.val;
  return value === undefined ? { kind: "opaque", text: expression } : reader(orderingOf)(value);
}

function reader(orderingOf: (key: string) => Ordering): (node: PgNode) => Predicate {
  const read = (node: PgNode): Predicate => {
    const opaque: Predicate = { kind: "opaque", text: expressionKey(node) };
    const bool = nodeAs(node, "BoolExpr");
    if (bool !== undefined) {
      const parts = (bool.args ?? []).map(read);
      if (bool.boolop === "AND_EXPR") return and(...parts);
      return bool.boolop === "OR_EXPR" ? or(...parts) : negated(and(...parts));
    }
    const test = nodeAs(node, "NullTest");
    if (test !== undefined) {
      return { kind: test.nulltesttype === "IS_NOT_NULL" ? "not null" : "null", key: expressionKey(test.arg) };
    }
    const operation = nodeAs(node, "A_Expr");
    if (operation === undefined) return opaque;
    const op = COMPARISONS[namesOf(operation.name).at(-1) ?? ""];
    const key = expressionKey(operation.lexpr);
    if (op === undefined) return opaque;
    const compared = (value: PgNode): Predicate => {
      const constant = constantOf(value, orderingOf(key));
      return constant === undefined ? opaque : { kind: "compare", key, op, value: constant };
    };
    switch (operation.kind) {
      case "AEXPR_OP": {
        if (operation.rexpr === undefined) return opaque;
        const straight = compared(operation.rexpr);
        return straight === opaque ? (turned(operation.lexpr, operation.rexpr, op, orderingOf) ?? opaque) : straight;
      }
      case "AEXPR_OP_ANY":
      case "AEXPR_OP_ALL": {
        const elements = elementsOf(operation.rexpr).map(compared);
        if (elements.length === 0) return opaque;
        return operation.kind === "AEXPR_OP_ANY" ? or(...elements) : and(...elements);
      }
      case "AEXPR_IN": {
        const items = (nodeAs(operation.rexpr, "List")?.items ?? []).map(compared);
        return op === "=" ? or(...items) : and(...items);
      }
      default:
        return opaque;
    }
  };
  return read;
}

/** `5 < k` as `k > 5`. */
function turned(
  left: PgNode | undefined,
  right: PgNode,
  op: Comparison,
  orderingOf: (key: string) => Ordering,
): Predicate | undefined {
  const key = expressionKey(right);
  const value = constantOf(left, orderingOf(key));
  return value === undefined ? undefined : { kind: "compare", key, op: TURNED[op], value };
}

const TURNED: Readonly<Record<Comparison, Comparison>> = {
  "<": ">",
  "<=": ">=",
  "=": "=",
  ">=": "<=",
  ">": "<",
  "<>": "<>",
};

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "<": "<",
  "<=": "<=",
  "=": "=",
  ">=": ">=",
  ">": ">",
  "<>": "<>",
  "!=": "<>",
};

/** The elements of `ARRAY[…]`, with or without a cast. */
function elementsOf(node: PgNode | undefined): readonly PgNode[] {
  const cast = nodeAs(node, "TypeCast");
  return cast === undefined ? (nodeAs(node, "A_ArrayExpr")?.elements ?? []) : elementsOf(cast.arg);
}
