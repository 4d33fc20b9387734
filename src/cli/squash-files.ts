import { copyFileSync, existsSync, mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Squashed } from "../run/squash/squash.ts";

/** Where the files of a squash went. */
export interface SquashedFiles {
  readonly file: string;
  /** Where those are that it stands for. */
  readonly kept: string;
}

/**
 * Writes the new file and moves those it stands for into a folder below, where nobody reads them as migrations. They are
 * copied first and removed last: whatever happens in between, none of them is lost.
 *
 * @throws LockkeeperError `migrations_unreadable`
 */
export function writeSquash(folder: string, { id, text, replaced }: Squashed): SquashedFiles {
  const file = join(folder, `${id}.sql`);
  const kept = join(folder, "squashed", id);
  const old = replaced.flatMap((one) => [one.file, ...(one.down === undefined ? [] : [one.down.file])]);
  try {
    if (existsSync(kept)) throw new Error(`${kept} is there already`);
    mkdirSync(kept, { recursive: true });
    const inFolder = old.map((path) => join(folder, basename(path)));
    for (const path of inFolder) copyFileSync(path, join(kept, basename(path)));
    writeFileSync(file, text, { flag: "wx" });
    for (const path of inFolder) unlinkSync(path);
  } catch (error) {
    throw new LockkeeperError("migrations_unreadable", {
      message: `The files could not be put in their places: ${error instanceof Error ? error.message : String(error)}.`,
      at: { file: folder },
      action: `Every file that is not in ${relative("", folder)} any more is in ${relative("", kept)}.`,
      notDone: "Not all files were moved, and none was lost.",
      cause: error,
    });
  }
  return { file, kept };
}
