import { namesOf } from "../../../sql/object-name.ts";
import type { NodeOf } from "../../../sql/parse-statement.ts";
import { parsedNode } from "../../../sql/parsed-node.ts";
import { quoteIdentifier } from "../../../sql/quote.ts";
import { tokenize } from "../../../sql/tokens.ts";
import { walk } from "../../../sql/walk.ts";

const HEAD = "SELECT ";

/**
 * The text of an expression over one table with the column's new name in the place of the old one; undefined where it is
 * of another grammar than the parser's.
 */
export function renamedInExpression(expression: string, before: string, after: string): string | undefined {
  const sql = HEAD + expression;
  const node = parsedNode(sql, "SelectStmt");
  if (node === undefined) return undefined;
  const bytes = Buffer.from(sql);
  const places = new Set<number>();
  walk(node, (tag, fields) => {
    const { fields: names, location = 0 } = fields as NodeOf<"ColumnRef">;
    if (tag !== "ColumnRef" || namesOf(names).join() !== before || names?.length !== 1) return;
    places.add(bytes.subarray(0, location).toString().length);
  });
  return tokenize(sql)
    .filter(({ start }) => places.has(start))
    .reduceRight((text, { start, end }) => text.slice(0, start) + quoteIdentifier(after) + text.slice(end), sql)
    .slice(HEAD.length);
}
