import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative } from "node:path";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Squashed } from "../run/squash/squash.ts";

/** Where the files of a squash went. */
export interface SquashedFiles {
  readonly file: string;
  /** Where those are that it stands for. */
  readonly kept: string;
}

const KEPT = "squashed";

/**
 * Writes the new file and moves those it stands for into a folder below, where nobody reads them as migrations. They are
 * copied first and removed last, and the new file is there as a whole or not at all: whoever is killed in between leaves
 * all of the old files, or the new one with some of them, which every command refuses and `finishSquash` ends.
 *
 * @throws LockkeeperError `migrations_unreadable`
 */
export function writeSquash(
  folder: string,
  { id, text, replaced }: Pick<Squashed, "id" | "text" | "replaced">,
): SquashedFiles {
  const file = join(folder, `${id}.sql`);
  const kept = join(folder, KEPT, id);
  const old = replaced.flatMap((one) => [one.file, ...(one.down === undefined ? [] : [one.down.file])]);
  try {
    mkdirSync(kept, { recursive: true });
    const inFolder = old.map((path) => join(folder, basename(path)));
    // Copies of an attempt that was cut off are made again.
    for (const path of inFolder) copyFileSync(path, join(kept, basename(path)));
    const whole = join(kept, `${id}.new`);
    writeFileSync(whole, text);
    if (existsSync(file)) throw new Error(`${file} is there already`);
    renameSync(whole, file);
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

/**
 * Removes the files that a squash had replaced when it was cut off: those of which the copy is the same.
 *
 * @returns what was removed
 */
export function finishSquash(folder: string): readonly string[] {
  const kept = join(folder, KEPT);
  if (!existsSync(kept)) return [];
  const left = readdirSync(kept)
    .filter((id) => existsSync(join(folder, `${id}.sql`)))
    .flatMap((id) =>
      readdirSync(join(kept, id))
        .filter((name) => isSame(join(folder, name), join(kept, id, name)))
        .map((name) => join(folder, name)),
    );
  for (const path of left) unlinkSync(path);
  return left;
}

const isSame = (path: string, copy: string): boolean =>
  existsSync(path) && readFileSync(path).equals(readFileSync(copy));
