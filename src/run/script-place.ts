import { pathToFileURL } from "node:url";
import type { Place } from "../errors/lockkeeper-error.ts";

/**
 * The innermost place of a stack that lies in `file`; the file alone when none does. Node strips types without moving
 * anything, so the stack's lines and columns are those of the source.
 */
export function placeInStack(stack: string | undefined, file: string): Place {
  const url = pathToFileURL(file).href;
  for (const line of (stack ?? "").split("\n")) {
    const start = line.indexOf(url);
    // Behind the path: the checksum with which the module was imported.
    const position = start === -1 ? null : /^(?:\?[^:]*)?:(\d+):(\d+)/.exec(line.slice(start + url.length));
    if (position !== null) {
      return { file, line: Number(position[1]), column: Number(position[2]) };
    }
  }
  return { file };
}
