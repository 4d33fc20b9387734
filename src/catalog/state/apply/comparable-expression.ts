import { nodesAs } from "../../../sql/node-as.ts";
import { parseStatement } from "../../../sql/parse-statement.ts";
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
