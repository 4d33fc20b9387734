import { nodeAs } from "./node-as.ts";
import { type NodeOf, type NodeTag, type ParsedStatement, type PgNode, parseStatement } from "./parse-statement.ts";

/** One statement made of a text of the catalog's; undefined when it is of another kind or another grammar. */
export function parsedNode<T extends NodeTag>(text: string, tag: T): NodeOf<T> | undefined {
  let parsed: ParsedStatement;
  try {
    parsed = parseStatement({ text, start: 0, end: text.length, line: 1, column: 1 }, "");
  } catch {
    return undefined;
  }
  return nodeAs({ [parsed.tag]: parsed.node } as unknown as PgNode, tag);
}
