import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import {
  AMPERSAND,
  COLON,
  DOLLAR,
  DOT,
  DOUBLE_QUOTE,
  EQUALS,
  isDigit,
  isIdentifierStart,
  isOperator,
  isWhiteSpace,
  LETTER_U,
  LOWER_CASE,
  MINUS,
  QUOTE,
  SLASH,
  STAR,
} from "./characters.ts";
import {
  dollarDelimiter,
  endOfBlockComment,
  endOfDollarQuoted,
  endOfIdentifier,
  endOfLine,
  endOfNumber,
  endOfOperator,
  endOfParameter,
  endOfQuoted,
  endOfString,
  type StringStyle,
  styleOfPrefix,
  UNTERMINATED,
} from "./lexemes.ts";
import type { SourceMap } from "./source-map.ts";

/**
 * - `word`: a keyword or an unquoted identifier;
 * - `string`: every kind of string, dollar-quoted ones and the prefixes `E`, `U&`, `B`, `X`, `N` included;
 * - `operator`: also `::`, `:=` and `..`;
 * - `parameter`: `$1`;
 * - `punctuation`: one character of any other kind.
 */
export type TokenKind = "word" | "quoted-identifier" | "string" | "number" | "parameter" | "operator" | "punctuation";

/**
 * Walks over SQL token by token; white space and comments are passed over. It keeps its present token in fields
 * instead of giving out objects, because a file can have millions.
 */
export class Lexer {
  readonly source: SourceMap;
  readonly file: string;
  readonly text: string;
  kind: TokenKind = "punctuation";
  start = 0;
  end: number;

  constructor(source: SourceMap, file: string, from = 0) {
    this.source = source;
    this.file = file;
    this.text = source.text;
    this.end = from;
  }

  /** Goes to the next token; false at the end of the text. Throws `sql_syntax` where something is not terminated. */
  advance(): boolean {
    this.start = this.#passBlanks(this.end);
    if (this.start >= this.text.length) {
      this.end = this.start;
      return false;
    }
    this.#read(this.text.charCodeAt(this.start));
    return true;
  }

  /** Makes the next `advance` begin there. */
  moveTo(offset: number): void {
    this.end = offset;
  }

  fail(offset: number, message: string): never {
    throw new LockkeeperError("sql_syntax", { message, at: this.source.place(this.file, offset) });
  }

  #passBlanks(from: number): number {
    const text = this.text;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (isWhiteSpace(code)) at++;
      else if (code === MINUS && text.charCodeAt(at + 1) === MINUS) at = endOfLine(text, at);
      else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
        at = this.#terminated(endOfBlockComment(text, at), at, "unterminated /* comment");
      } else return at;
    }
  }

  #read(code: number): void {
    const { text, start } = this;
    if (isIdentifierStart(code)) this.#readWord(code);
    else if (code === QUOTE) this.#readString(start, "plain");
    else if (code === DOUBLE_QUOTE) this.#readQuotedIdentifier(start);
    else if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(start + 1)))) {
      this.#set("number", endOfNumber(text, start));
    } else if (isOperator(code)) this.#set("operator", endOfOperator(text, start));
    else if (code === DOLLAR) this.#readDollar();
    else if (isPair(code, text.charCodeAt(start + 1))) this.#set("operator", start + 2);
    else this.#set("punctuation", start + 1);
  }

  /** A word, unless its one letter is the prefix of a string or of a quoted identifier. */
  #readWord(code: number): void {
    const { text, start } = this;
    const next = text.charCodeAt(start + 1);
    const style = next === QUOTE ? styleOfPrefix(code) : undefined;
    const unicode = next === AMPERSAND && (code | LOWER_CASE) === LETTER_U;
    if (style !== undefined) this.#readString(start + 1, style);
    else if (unicode && text.charCodeAt(start + 2) === QUOTE) {
      this.#readString(start + 2, "plain");
    } else if (unicode && text.charCodeAt(start + 2) === DOUBLE_QUOTE) {
      this.#readQuotedIdentifier(start + 2);
    } else this.#set("word", endOfIdentifier(text, start));
  }

  #readString(quote: number, style: StringStyle): void {
    const end = endOfString(this.text, quote, style);
    this.#set("string", this.#terminated(end, this.start, "unterminated quoted string"));
  }

  #readQuotedIdentifier(quote: number): void {
    const end = endOfQuoted(this.text, quote, '"');
    this.#set("quoted-identifier", this.#terminated(end, this.start, "unterminated quoted identifier"));
  }

  #readDollar(): void {
    const { text, start } = this;
    const delimiter = dollarDelimiter(text, start);
    if (delimiter !== undefined) {
      const end = endOfDollarQuoted(text, start, delimiter);
      this.#set("string", this.#terminated(end, start, `unterminated dollar-quoted string ${delimiter}`));
    } else if (isDigit(text.charCodeAt(start + 1))) this.#set("parameter", endOfParameter(text, start));
    else this.#set("punctuation", start + 1);
  }

  #terminated(end: number, start: number, otherwise: string): number {
    return end === UNTERMINATED ? this.fail(start, otherwise) : end;
  }

  #set(kind: TokenKind, end: number): void {
    this.kind = kind;
    this.end = end;
  }
}

/** `::`, `:=`, `..` */
const isPair = (code: number, next: number): boolean =>
  code === COLON ? next === COLON || next === EQUALS : code === DOT && next === DOT;
