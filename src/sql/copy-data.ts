import { CR, isLineEnd, LF, MINUS, SPACE, TAB } from "./characters.ts";
import { endOfLine } from "./lexemes.ts";

const END_OF_DATA = "\\.";

export interface CopyData {
  /** The lines, each closed by `\n`. */
  readonly data: string;
  /** Offset behind the closing `\.`. */
  readonly end: number;
}

/** Offset of the line after the one `from` lies in; undefined when more than blanks and a comment stand before it. */
export function startOfCopyData(text: string, from: number): number | undefined {
  let at = from;
  while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at++;
  if (text.charCodeAt(at) === MINUS && text.charCodeAt(at + 1) === MINUS) at = endOfLine(text, at);
  if (at < text.length && !isLineEnd(text.charCodeAt(at))) return undefined;
  return text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? at + 2 : Math.min(at + 1, text.length);
}

/** The data that begin at `start` and reach to a line that holds nothing but `\.`; undefined without such a line. */
export function readCopyData(text: string, start: number): CopyData | undefined {
  for (let at = text.indexOf(END_OF_DATA, start); at !== -1; at = text.indexOf(END_OF_DATA, at + 1)) {
    const end = at + END_OF_DATA.length;
    const beginsLine = at === start || isLineEnd(text.charCodeAt(at - 1));
    if (beginsLine && (end === text.length || isLineEnd(text.charCodeAt(end)))) {
      return { data: text.slice(start, at).replace(/\r\n?/g, "\n"), end };
    }
  }
  return undefined;
}
