import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Place } from "../errors/lockkeeper-error.ts";

/**
 * The innermost place of an error's stack that lies in `file`; the file alone when none does. Node strips types without
 * moving anything, so lines and columns are those of the source.
 */
export function placeInStack(stack: string | undefined, file: string): Place {
  const lines = (stack ?? "").split("\n");
  return { file, ...(refusedPlace(lines, file) ?? calledPlace(lines, file)) };
}

type Position = Pick<Place, "line" | "column" | "excerpt">;

/** What Node writes above the stack of a file that it cannot read: `FILE:LINE`, lines of the file, and a row of carets. */
function refusedPlace(lines: readonly string[], file: string): Position | undefined {
  const [, where = "", line] = /^(.*):(\d+)$/.exec(lines[0] ?? "") ?? [];
  if (where !== resolve(file) && where.replace(/\?.*$/, "") !== pathToFileURL(file).href) {
    return undefined;
  }
  const carets = lines.findIndex((text) => /^\s*\^+\s*$/.test(text));
  const excerpt = lines[carets - 1];
  return {
    line: Number(line),
    ...(excerpt === undefined ? {} : { column: (lines[carets] ?? "").indexOf("^") + 1, excerpt }),
  };
}

function calledPlace(lines: readonly string[], file: string): Position | undefined {
  const url = pathToFileURL(file).href;
  for (const line of lines) {
    const start = line.indexOf(url);
    // Behind the path: the checksum with which the module was imported.
    const position = start === -1 ? null : /^(?:\?[^:]*)?:(\d+):(\d+)/.exec(line.slice(start + url.length));
    if (position !== null) {
      return { line: Number(position[1]), column: Number(position[2]) };
    }
  }
  return undefined;
}
