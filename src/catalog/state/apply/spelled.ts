import type { PgNode } from "../../../sql/parse-statement.ts";
import { type Over, serverExpression } from "../texts/server-expression.ts";
import { expressionText } from "./expression-text.ts";

/** An expression over a table's columns as the server prints it, or else near to what was written. */
export const spelled = (expression: PgNode | undefined, over: Over): string =>
  serverExpression(expression, over)?.sql ?? expressionText(expression);
