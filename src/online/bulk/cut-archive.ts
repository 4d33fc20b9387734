import { type Token, tokenize } from "../../sql/tokens.ts";

/** `WITH moved AS (DELETE … RETURNING *) INSERT INTO …`, cut where the DELETE stands. */
export interface ArchiveText {
  /** `WITH moved AS (`. */
  readonly before: string;
  /** The DELETE without its RETURNING. */
  readonly remove: string;
  /** What stands behind RETURNING. */
  readonly returning: string;
  /** `) INSERT INTO …`. */
  readonly behind: string;
}

/** @param sql parses as an INSERT whose only WITH is a DELETE with RETURNING */
export function cutArchive(sql: string): ArchiveText {
  const tokens = tokenize(sql);
  const begin = tokens.findIndex((token) => isWord(token, "delete"));
  let depth = 1;
  let returning = -1;
  let end = begin;
  for (; end < tokens.length; end++) {
    const { text } = tokens[end] ?? { text: "" };
    if (text === "(" || text === "[") depth++;
    if (text === ")" || text === "]") depth--;
    if (depth === 0) break;
    if (depth === 1 && isWord(tokens[end], "returning")) returning = end;
  }
  const startOf = (at: number): number => tokens[at]?.start ?? sql.length;
  return {
    before: sql.slice(0, startOf(begin)),
    remove: sql.slice(startOf(begin), tokens[returning - 1]?.end),
    returning: sql.slice(startOf(returning + 1), tokens[end - 1]?.end),
    behind: sql.slice(startOf(end)),
  };
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === "word" && token.text.toLowerCase() === word;
