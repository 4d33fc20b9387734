import { nodeAs } from "../../../sql/node-as.ts";
import { parseStatement } from "../../../sql/parse-statement.ts";
import { figuredIndexName } from "./figured-name.ts";

/** What the column of an index is called, for its expression as the catalog has it. */
export function figuredTextName(expression: string): string {
  const text = `SELECT ${expression}`;
  try {
    const parsed = parseStatement({ text, start: 0, end: text.length, line: 1, column: 1 }, "");
    const select = parsed.tag === "SelectStmt" ? parsed.node : undefined;
    return figuredIndexName(nodeAs(select?.targetList?.[0], "ResTarget")?.val);
  } catch {
    // An expression with a part that is not written out.
    return "expr";
  }
}
