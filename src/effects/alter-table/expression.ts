import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { parsedNode } from "../../sql/parsed-node.ts";

/** An expression of the catalog as a parse tree; undefined when the parser does not know it. */
export const parseExpression = (text: string): PgNode | undefined =>
  nodesAs(parsedNode(`SELECT ${text}`, "SelectStmt")?.targetList, "ResTarget")[0]?.val;

/** Whether an expression of the catalog can stand in a query: what statements added may have an ellipsis in it. */
export function isWritable(text: string): boolean {
  const expression = parseExpression(text);
  return expression !== undefined && nodesBelow(expression, "String").every(({ sval }) => sval !== "…");
}

/** The column that an expression is, and nothing else: `c` or `t.c`. */
export const columnIn = (node: PgNode | undefined): string | undefined =>
  nodesAs(nodeAs(node, "ColumnRef")?.fields, "String").at(-1)?.sval;

/** Every node of a kind below a tree. */
export function nodesBelow(tree: unknown, tag: string): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(tree)) return tree.flatMap((one) => nodesBelow(one, tag));
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => [
    ...(key === tag ? [value as Readonly<Record<string, unknown>>] : []),
    ...nodesBelow(value, tag),
  ]);
}
