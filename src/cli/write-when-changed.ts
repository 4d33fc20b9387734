import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";

/**
 * The text of a file; undefined when there is none.
 *
 * @throws LockkeeperError `usage` when it is there and cannot be read
 */
export function textAt(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new LockkeeperError("usage", { message: `${file} cannot be read (${codeOf(cause)}).`, cause });
  }
}

/**
 * Puts a text into a file, as a whole or not at all. One that holds it already is let be: programs that watch it would build
 * again for nothing.
 *
 * @returns whether it was written
 * @throws LockkeeperError `usage` when it cannot be
 */
export function writeWhenChanged(file: string, text: string): boolean {
  if (textAt(file) === text) return false;
  let beside: string | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const target = realPath(file);
    beside = `${target}.${process.pid}.tmp`;
    writeFileSync(beside, text, { flag: "wx" });
    renameSync(beside, target);
    return true;
  } catch (cause) {
    if (beside !== undefined) rmSync(beside, { force: true });
    throw new LockkeeperError("usage", {
      message: `${file} cannot be written (${codeOf(cause)}).`,
      notDone: "Nothing was written.",
      cause,
    });
  }
}

/** A link stays one. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? String(cause);
