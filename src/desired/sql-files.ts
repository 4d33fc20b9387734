import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { decodeUtf8 } from "../sql/normalize-text.ts";
import type { SchemaSource } from "./schema-source.ts";

/**
 * The files that arguments name: files, folders (every .sql below them) and patterns, each file once.
 *
 * @throws LockkeeperError `usage` for an argument that names nothing
 */
export function filesOf(args: readonly string[], cwd: string): readonly string[] {
  const files = args.flatMap((arg) => {
    const path = resolve(cwd, arg);
    if (existsSync(path)) {
      return statSync(path).isDirectory()
        ? globSync("**/*.[sS][qQ][lL]", { cwd: path })
            .sort()
            .map((name) => join(path, name))
        : [path];
    }
    const found = globSync(arg, { cwd }).sort();
    if (found.length === 0) {
      throw new LockkeeperError("usage", { message: `There is no file ${arg}.`, notDone: "Nothing was run." });
    }
    return found.map((name) => resolve(cwd, name));
  });
  return [...new Set(files)].map((path) => shownPath(path, cwd));
}

/**
 * The schema that files, folders and patterns of SQL make.
 *
 * @throws LockkeeperError `usage` for an argument that names nothing, `migrations_unreadable`
 */
export const schemaOfFiles = (args: readonly string[], cwd: string): readonly SchemaSource[] =>
  filesOf(args, cwd).map((file) => ({ file, text: readSql(file, cwd) }));

/** @throws LockkeeperError `usage`, `migrations_unreadable` */
export function readSql(file: string, cwd: string): string {
  try {
    return decodeUtf8(readFileSync(resolve(cwd, file)), file);
  } catch (error) {
    if (error instanceof LockkeeperError) throw error;
    throw new LockkeeperError("usage", {
      message: `${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      notDone: "Nothing was run.",
      cause: error,
    });
  }
}

/** A path as people know it who work in this folder. */
export function shownPath(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith("..") ? path : fromHere;
}
