import type { Place } from "../errors/lockkeeper-error.ts";
import { BOM, CR, isLineEnd, LF } from "./characters.ts";
import { endOfLine } from "./lexemes.ts";

/** Both count from 1; columns count characters (code points). */
export interface LineAndColumn {
  readonly line: number;
  readonly column: number;
}

/** Longest excerpt: a dump can have lines of many megabytes, which belong in no error report. */
const LONGEST_EXCERPT = 1000;

/**
 * Turns offsets of a text (UTF-16 units) into lines and columns. LF, CRLF and a lone CR end a line. The table of lines
 * is made at the first look-up; look-ups that go forward within one line cost no more than the text between them.
 */
export class SourceMap {
  readonly text: string;
  readonly #first: number;
  #starts: readonly number[] | undefined;
  #last = { start: -1, offset: 0, column: 0 };

  /** `first` is the offset of line 1, column 1: behind the byte order mark, where there is one. */
  constructor(text: string, first: number = text.charCodeAt(0) === BOM ? 1 : 0) {
    this.text = text;
    this.#first = first;
  }

  lineAndColumn(offset: number): LineAndColumn {
    this.#starts ??= lineStarts(this.text, this.#first);
    const starts = this.#starts;
    const line = lastAtOrBefore(starts, offset);
    const start = starts[line] ?? 0;
    const known = this.#last.start === start && this.#last.offset <= offset ? this.#last : { offset: start, column: 1 };
    const column = known.column + countCharacters(this.text, known.offset, offset);
    this.#last = { start, offset, column };
    return { line: line + 1, column };
  }

  /** The whole line that holds `offset`, without its line end; of a very long one the beginning. */
  excerpt(offset: number): string {
    let start = offset;
    while (start > this.#first && !isLineEnd(this.text.charCodeAt(start - 1))) start--;
    const line = this.text.slice(start, endOfLine(this.text, offset));
    return line.length <= LONGEST_EXCERPT ? line : line.slice(0, LONGEST_EXCERPT).toWellFormed() + "…";
  }

  place(file: string, offset: number): Place {
    return { file, ...this.lineAndColumn(offset), excerpt: this.excerpt(offset) };
  }
}

/** Where `offset` of a statement's text lies in its file, when the statement begins at `origin`. */
export function lineAndColumnWithin(text: string, origin: LineAndColumn, offset: number): LineAndColumn {
  if (offset === 0) return { line: origin.line, column: origin.column };
  const inner = new SourceMap(text, 0).lineAndColumn(offset);
  return inner.line === 1
    ? { line: origin.line, column: origin.column + inner.column - 1 }
    : { line: origin.line + inner.line - 1, column: inner.column };
}

/** Offset for the `position` of a server error: from 1, in characters of the query that was sent. */
export function offsetOfPosition(query: string, position: number): number {
  let at = 0;
  for (let left = position - 1; left > 0 && at < query.length; left--) at += unitsAt(query, at);
  return at;
}

/** Offset for a `location` in a parse tree: from 0, in UTF-8 bytes of the statement. */
export function offsetOfByte(text: string, byte: number): number {
  if (Buffer.byteLength(text) === text.length) return Math.max(0, Math.min(byte, text.length));
  let at = 0;
  for (let left = byte; left > 0 && at < text.length; at += unitsAt(text, at)) left -= utf8Length(text, at);
  return at;
}

function lineStarts(text: string, first: number): readonly number[] {
  const starts = [first];
  if (!text.includes("\r")) {
    for (let at = text.indexOf("\n", first); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    return starts;
  }
  for (let at = first; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) starts.push(at + 1);
  }
  return starts;
}

function lastAtOrBefore(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function countCharacters(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += unitsAt(text, at)) count++;
  return count;
}

const unitsAt = (text: string, at: number): 1 | 2 => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

function utf8Length(text: string, at: number): number {
  const code = text.codePointAt(at) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
