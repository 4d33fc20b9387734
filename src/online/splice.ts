import { type Token, tokenize } from "../sql/tokens.ts";

const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === "word" && words.includes(token.text.toLowerCase());

/** `text` with `inserted` behind the words that begin it, such as CREATE UNIQUE INDEX. */
export function insertBehind(text: string, words: readonly string[], inserted: string): string {
  const tokens = tokenize(text);
  let at = 0;
  let end = 0;
  for (const token of tokens) {
    if (at === words.length) break;
    if (isWord(token, words[at] ?? "")) at++;
    end = token.end;
  }
  return `${text.slice(0, end)} ${inserted}${text.slice(end)}`;
}

/** `text` with its first run of `words` (never inside strings, names in quotes or comments) replaced. */
export function replaceWords(text: string, words: readonly string[], replace: (words: string) => string): string {
  const tokens = tokenize(text);
  const at = tokens.findIndex((_, index) => words.every((word, offset) => isWord(tokens[index + offset], word)));
  const first = tokens[at];
  const last = tokens[at + words.length - 1];
  if (first === undefined || last === undefined) return text;
  return `${text.slice(0, first.start)}${replace(text.slice(first.start, last.end))}${text.slice(last.end)}`;
}

/** An ALTER TABLE taken apart: what comes before its subcommands, and each of them as written. */
export interface AlterTableText {
  /** `ALTER TABLE IF EXISTS ONLY "T"`. */
  readonly head: string;
  readonly subcommands: readonly string[];
}

/**
 * Cuts an ALTER TABLE at the commas between its subcommands. The grammar has no other comma outside brackets there.
 *
 * Source: `alter_table_cmds` in PostgreSQL's `src/backend/parser/gram.y`.
 */
export function cutAlterTable(sql: string): AlterTableText {
  const tokens = tokenize(sql);
  // ALTER TABLE, or ALTER FOREIGN TABLE, ALTER MATERIALIZED VIEW.
  let at = tokens.findIndex((token) => isWord(token, "table", "view", "index", "sequence")) + 1;
  if (isWord(tokens[at], "if")) at += 2;
  if (isWord(tokens[at], "only")) at += 1;
  const inBrackets = tokens[at]?.text === "(";
  at += inBrackets ? 2 : 1;
  while (tokens[at]?.text === ".") at += 2;
  if (inBrackets || tokens[at]?.text === "*") at += 1;
  const head = sql.slice(0, tokens[at - 1]?.end ?? 0);
  const cuts: { start: number; end: number }[] = [];
  let depth = 0;
  let start = tokens[at]?.start ?? sql.length;
  let end = start;
  for (const token of tokens.slice(at)) {
    if (token.text === "(" || token.text === "[") depth++;
    if (token.text === ")" || token.text === "]") depth--;
    if (token.text === "," && depth === 0) {
      cuts.push({ start, end });
      start = -1;
    } else {
      if (start === -1) start = token.start;
      end = token.end;
    }
  }
  cuts.push({ start, end });
  return { head, subcommands: cuts.map((cut) => sql.slice(cut.start, cut.end)) };
}

/** The bracketed list behind the first `word` at the outermost level, brackets included; undefined when there is none. */
export function bracketsBehind(sql: string, word: string): string | undefined {
  const tokens = tokenize(sql);
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (depth === 0 && isWord(token, word) && tokens[index + 1]?.text === "(") {
      const open = tokens[index + 1]?.start ?? 0;
      let inner = 0;
      for (const later of tokens.slice(index + 1)) {
        if (later.text === "(") inner++;
        if (later.text === ")") inner--;
        if (inner === 0) return sql.slice(open, later.end);
      }
    }
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
  }
  return undefined;
}
