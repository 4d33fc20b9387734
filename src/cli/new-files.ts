import { mkdirSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { nextNumber } from "./next-number.ts";

/** A migration that was just written. */
export interface NewMigration {
  readonly id: string;
  readonly files: readonly string[];
  /** Takes the files away again. */
  readonly remove: () => void;
}

/**
 * Writes the files of a new migration, which gets the number that follows those of the folder.
 *
 * @param name what it does, in any words
 * @param texts by the endings of the files, such as `.sql` and `.down.sql`, given its id
 * @throws LockkeeperError `usage` for a name without a letter, `migrations_unreadable`
 */
export function writeNewMigration(
  folder: string,
  name: string,
  texts: (id: string) => Readonly<Record<string, string>>,
): NewMigration {
  const slug = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  if (slug === "") {
    throw new LockkeeperError("usage", {
      message: "The name holds no letter and no digit.",
      notDone: "No file was made.",
    });
  }
  const files: string[] = [];
  const remove = (): void => {
    for (const file of files) unlinkSync(file);
  };
  try {
    mkdirSync(folder, { recursive: true });
    const id = `${nextNumber(readdirSync(folder), new Date())}_${slug}`;
    for (const [ending, text] of Object.entries(texts(id))) {
      const file = join(folder, `${id}${ending}`);
      writeFileSync(file, text, { flag: "wx" });
      files.push(file);
    }
    return { id, files, remove };
  } catch (error) {
    remove();
    throw new LockkeeperError("migrations_unreadable", {
      message: `No file could be made in ${folder}: ${error instanceof Error ? error.message : String(error)}`,
      at: { file: folder },
      notDone: "No file was made.",
      cause: error,
    });
  }
}
