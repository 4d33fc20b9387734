import { Lexer, type TokenKind } from "./lexer.ts";
import { SourceMap } from "./source-map.ts";

export type { TokenKind };

export interface Token {
  readonly kind: TokenKind;
  /** As written: nothing is folded, unquoted or unescaped. */
  readonly text: string;
  /** Offset in the statement (UTF-16 units). */
  readonly start: number;
  /** Offset behind the token. */
  readonly end: number;
}

/** The tokens of a statement, for splicing its text; comments and white space are left out. */
export function tokenize(statementText: string): Token[] {
  const lexer = new Lexer(new SourceMap(statementText, 0), "<sql>");
  const tokens: Token[] = [];
  while (lexer.advance()) {
    const { kind, start, end } = lexer;
    tokens.push({ kind, text: statementText.slice(start, end), start, end });
  }
  return tokens;
}
