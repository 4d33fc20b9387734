/** Codes of the characters the lexer branches on. */
export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const DOUBLE_QUOTE = 0x22;
export const DOLLAR = 0x24;
export const AMPERSAND = 0x26;
export const QUOTE = 0x27;
export const LEFT_PAREN = 0x28;
export const RIGHT_PAREN = 0x29;
export const STAR = 0x2a;
export const PLUS = 0x2b;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const BACKSLASH = 0x5c;
export const UNDERSCORE = 0x5f;
export const LETTER_B = 0x62;
export const LETTER_E = 0x65;
export const LETTER_N = 0x6e;
export const LETTER_U = 0x75;
export const LETTER_X = 0x78;
/** Or-ed into the code of an ASCII letter, makes it lower case. */
export const LOWER_CASE = 0x20;

/** The byte order mark as JavaScript sees it. */
export const BOM = 0xfeff;

const WHITE_SPACE = 1;
const DIGIT = 2;
const IDENTIFIER_START = 4;
const OPERATOR = 8;
const OPERATOR_ONLY = 16;

const CLASSES = new Uint8Array(128);
const mark = (characters: string, bit: number): void => {
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i);
    CLASSES[code] = (CLASSES[code] ?? 0) | bit;
  }
};
mark(" \t\n\r\f\v", WHITE_SPACE);
mark("0123456789", DIGIT);
mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", IDENTIFIER_START);
mark("~!@#^&|`?+-*/%<>=", OPERATOR);
mark("~!@#^&|`?%", OPERATOR_ONLY);

/** Class bits of a code; every non-ASCII character may begin an identifier, as in PostgreSQL. NaN (past the end) has none. */
const classOf = (code: number): number => (code < 128 ? (CLASSES[code] ?? 0) : code >= 128 ? IDENTIFIER_START : 0);

export const isWhiteSpace = (code: number): boolean => (classOf(code) & WHITE_SPACE) !== 0;
export const isDigit = (code: number): boolean => (classOf(code) & DIGIT) !== 0;
export const isIdentifierStart = (code: number): boolean => (classOf(code) & IDENTIFIER_START) !== 0;
/** A character of a dollar quote's tag after the first; identifiers take `$` as well. */
export const isTagPart = (code: number): boolean => (classOf(code) & (IDENTIFIER_START | DIGIT)) !== 0;
export const isIdentifierPart = (code: number): boolean => isTagPart(code) || code === DOLLAR;
export const isOperator = (code: number): boolean => (classOf(code) & OPERATOR) !== 0;
/** Operator characters that standard SQL does not have: an operator with one of them may end in `+` or `-`. */
export const isNonStandardOperator = (code: number): boolean => (classOf(code) & OPERATOR_ONLY) !== 0;
export const isLineEnd = (code: number): boolean => code === LF || code === CR;
