import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { type PgNode, parseStatement } from "../../../sql/parse-statement.ts";
import { expressionText } from "./expression-text.ts";

/**
 * An expression of an index in one spelling: that of the server and that of a statement that was applied differ in
 * brackets. As it is where parts of it cannot be written out.
 */
export function comparableExpression(text: string): string {
  const sql = `SELECT ${text}`;
  const { tag, node } = parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, "<expression>");
  const targets = tag === "SelectStmt" ? nodesAs(node.targetList, "ResTarget") : [];
  const spelled = expressionText(targets[0]?.val);
  return spelled.includes("…") ? text : spelled;
}

/** The same without casts, of which the server writes more than a statement has to; undefined where parts cannot be written out. */
export function expressionWithoutCasts(text: string): string | undefined {
  const sql = `SELECT ${text}`;
  const { tag, node } = parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, "<expression>");
  const target = tag === "SelectStmt" ? nodesAs(node.targetList, "ResTarget")[0]?.val : undefined;
  const spelled = expressionText(withoutCasts(target) as PgNode | undefined);
  return spelled.includes("…") ? undefined : spelled;
}

function withoutCasts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCasts);
  if (typeof value !== "object" || value === null) return value;
  const cast = nodeAs(value as PgNode, "TypeCast");
  return cast === undefined
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutCasts(item)]))
    : withoutCasts(cast.arg);
}
