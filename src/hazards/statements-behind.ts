import { parseStatement } from "../sql/parse-statement.ts";
import { lineAndColumnWithin } from "../sql/source-map.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { SqlStatement } from "../sql/statement.ts";
import { tokenize } from "../sql/tokens.ts";
import type { WrittenStatement } from "./context.ts";

/**
 * A bracket that is never closed makes one statement of all that follows. What can be read behind its semicolons is not
 * to be hidden by it; what cannot is the fault of the statement itself.
 */
export function statementsBehind(broken: SqlStatement): readonly WrittenStatement[] {
  const { text } = broken;
  const semicolon = tokenize(text).find(({ kind, text: token }) => kind === "punctuation" && token === ";");
  if (semicolon === undefined) {
    return [];
  }
  return splitSql(text.slice(semicolon.end)).statements.flatMap((one) => {
    const offset = semicolon.end + one.start;
    const start = broken.start + offset;
    const source = { ...one, ...lineAndColumnWithin(text, broken, offset), start, end: start + one.text.length };
    try {
      return [{ source, statement: parseStatement(source, "") }];
    } catch {
      return statementsBehind(source);
    }
  });
}
