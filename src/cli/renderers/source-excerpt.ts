import { readFileSync } from "node:fs";
import type { Place } from "../../errors/lockkeeper-error.ts";

export interface Excerpt {
  readonly text: string;
  /** What stands under the text up to the caret; undefined where the column is not known. */
  readonly pointer: string | undefined;
}

/**
 * The line of a place with a pointer to its column. The file's own line is preferred: a statement that is sent alone has
 * lost what stood before it on its line.
 */
export function excerptOf(place: Place): Excerpt | undefined {
  const { line, column, excerpt } = place;
  const inFile = line === undefined ? undefined : lineOfFile(place.file, line);
  const isSame = inFile !== undefined && (excerpt === undefined || inFile.includes(excerpt.trim()));
  const text = isSame ? inFile : excerpt;
  if (text === undefined || text.trim() === "") {
    return undefined;
  }
  const isPointable = column !== undefined && (isSame || column <= [...text].length + 1);
  return { text, pointer: isPointable ? pointerTo(text, column) : undefined };
}

function lineOfFile(file: string, line: number): string | undefined {
  try {
    return readFileSync(file, "utf8")
      .replace(/^\uFEFF/, "")
      .split(/\r\n|\r|\n/)[line - 1];
  } catch {
    return undefined;
  }
}

/** As wide as what stands before the column: tabs stay tabs, and characters of double width count twice. */
export function pointerTo(text: string, column: number): string {
  const before = [...text].slice(0, column - 1);
  return `${before.map((character) => (character === "\t" ? "\t" : WIDE.test(character) ? "  " : " ")).join("")}^`;
}

/** East Asian scripts and emoji; what a terminal makes of the rest is its own affair. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
