import {
  BACKSLASH,
  DOLLAR,
  DOT,
  isDigit,
  isIdentifierPart,
  isIdentifierStart,
  isLineEnd,
  isNonStandardOperator,
  isOperator,
  isTagPart,
  isWhiteSpace,
  LETTER_B,
  LETTER_E,
  LETTER_N,
  LETTER_X,
  LOWER_CASE,
  MINUS,
  PLUS,
  QUOTE,
  SLASH,
  STAR,
  UNDERSCORE,
} from "./characters.ts";

/*
 * Where the pieces of SQL end, after PostgreSQL's own scan.l. Every function takes the offset of the piece's first
 * character and gives the offset behind its last one, or UNTERMINATED.
 */

export const UNTERMINATED = -1;

export function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) at++;
  return at;
}

/** Block comments nest. */
export function endOfBlockComment(text: string, from: number): number {
  let depth = 1;
  for (let at = from + 2; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
      depth++;
      at++;
    } else if (code === STAR && text.charCodeAt(at + 1) === SLASH) {
      at++;
      if (--depth === 0) return at + 1;
    }
  }
  return UNTERMINATED;
}

/** What stands between two doubled-up delimiters: `'it''s'`, `"a""b"`. `from` is the opening quote. */
export function endOfQuoted(text: string, from: number, quote: "'" | '"'): number {
  const code = quote.charCodeAt(0);
  let at = from + 1;
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close === -1) return UNTERMINATED;
    if (text.charCodeAt(close + 1) !== code) return close + 1;
    at = close + 2;
  }
}

/** Bit strings have no doubled quotes. */
function endOfBits(text: string, from: number): number {
  const close = text.indexOf("'", from + 1);
  return close === -1 ? UNTERMINATED : close + 1;
}

function endOfEscaped(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) {
      if (text.charCodeAt(at + 1) !== QUOTE) return at + 1;
      at++;
    }
  }
  return UNTERMINATED;
}

/**
 * The opening quote of a string's continuation, if one follows: strings that only white space with a line end stands
 * between are one string, and the rules of the first (escapes!) hold for all of it.
 */
function continuation(text: string, from: number): number | undefined {
  let lineEnded = false;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isLineEnd(code)) lineEnded = true;
    else if (code === MINUS && text.charCodeAt(at + 1) === MINUS) at = endOfLine(text, at) - 1;
    else if (code === QUOTE) return lineEnded ? at : undefined;
    else if (!isWhiteSpace(code)) return undefined;
  }
  return undefined;
}

/** `'…'`, `E'…'` with backslash escapes, `B'…'` and `X'…'`. */
export type StringStyle = "plain" | "escaped" | "bits";

const END_OF: Record<StringStyle, (text: string, from: number) => number> = {
  plain: (text, from) => endOfQuoted(text, from, "'"),
  escaped: endOfEscaped,
  bits: endOfBits,
};

/**
 * A single-quoted string with its continuations. `from` is the opening quote, behind any prefix. `onGap` is told what
 * stands between two parts.
 */
export function endOfString(
  text: string,
  from: number,
  style: StringStyle,
  onGap?: (start: number, end: number) => void,
): number {
  for (let open = from; ; ) {
    const end = END_OF[style](text, open);
    const next = end === UNTERMINATED ? undefined : continuation(text, end);
    if (next === undefined) return end;
    onGap?.(end, next);
    open = next;
  }
}

/** The style that a letter before the opening quote gives; undefined when the letter is no prefix. */
export function styleOfPrefix(code: number): StringStyle | undefined {
  const letter = code | LOWER_CASE;
  if (letter === LETTER_E) return "escaped";
  if (letter === LETTER_B || letter === LETTER_X) return "bits";
  return letter === LETTER_N ? "plain" : undefined;
}

/** The opening `$tag$` at `from`, if there is one. */
export function dollarDelimiter(text: string, from: number): string | undefined {
  let at = from + 1;
  if (isIdentifierStart(text.charCodeAt(at))) while (isTagPart(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === DOLLAR ? text.slice(from, at + 1) : undefined;
}

export function endOfDollarQuoted(text: string, from: number, delimiter: string): number {
  const close = text.indexOf(delimiter, from + delimiter.length);
  return close === -1 ? UNTERMINATED : close + delimiter.length;
}

export function endOfIdentifier(text: string, from: number): number {
  let at = from;
  while (isIdentifierPart(text.charCodeAt(at))) at++;
  return at;
}

const isSign = (code: number): boolean => code === PLUS || code === MINUS;

function endOfDigits(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); isDigit(code) || code === UNDERSCORE; code = text.charCodeAt(at)) at++;
  return at;
}

/** A number with the letters that hang on it: `0xff` has them, `12ab` is for the parser to refuse. */
export function endOfNumber(text: string, from: number): number {
  let at = endOfDigits(text, from);
  if (text.charCodeAt(at) === DOT && text.charCodeAt(at + 1) !== DOT) at = endOfDigits(text, at + 1);
  if ((text.charCodeAt(at) | LOWER_CASE) === LETTER_E) {
    const exponent = at + (isSign(text.charCodeAt(at + 1)) ? 2 : 1);
    if (isDigit(text.charCodeAt(exponent))) at = endOfDigits(text, exponent);
  }
  return isIdentifierStart(text.charCodeAt(at)) ? endOfIdentifier(text, at) : at;
}

/** `$1` */
export function endOfParameter(text: string, from: number): number {
  let at = from + 1;
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** An operator ends before a comment, and a standard one never takes in the sign of the number behind it. */
export function endOfOperator(text: string, from: number): number {
  let end = from + 1;
  let nonStandard = isNonStandardOperator(text.charCodeAt(from));
  for (let code = text.charCodeAt(end); isOperator(code); code = text.charCodeAt(++end)) {
    const next = text.charCodeAt(end + 1);
    if ((code === MINUS && next === MINUS) || (code === SLASH && next === STAR)) break;
    nonStandard ||= isNonStandardOperator(code);
  }
  if (nonStandard) return end;
  while (end > from + 1 && isSign(text.charCodeAt(end - 1))) end--;
  return end;
}
