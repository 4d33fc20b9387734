import { tokenize } from "../../sql/tokens.ts";

/**
 * The expression behind USING of `ALTER COLUMN c TYPE t [COLLATE k] USING e`, as written. No type and no collation has
 * the word in it, unless in quotes.
 *
 * @param sql the statement, of which `text` is the end
 */
export function rawExpression(sql: string, text: string): string | undefined {
  const tokens = tokenize(text);
  const using = tokens.find(({ kind, text: word }) => kind === "word" && word.toLowerCase() === "using");
  return using === undefined ? undefined : sql.slice(sql.length - text.length + using.end).trim();
}
