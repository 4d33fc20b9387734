import { tokenize } from "../../sql/tokens.ts";

/** The statement with a word put behind the first time another stands in it, and its semicolon. */
export function withWord(text: string, behind: string, word: string): string {
  const token = tokenize(text).find((one) => one.kind === "word" && one.text.toLowerCase() === behind);
  return token === undefined ? `${text};` : `${text.slice(0, token.end)} ${word}${text.slice(token.end)};`;
}
