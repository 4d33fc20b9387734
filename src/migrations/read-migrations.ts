import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { decodeUtf8, normalizeText, sha256Hex } from "../sql/normalize-text.ts";
import { readDirectives } from "./directives.ts";
import type { Migration } from "./migration.ts";
import { orderMigrations } from "./order-migrations.ts";

const NAME = /^(\d+(?:[_-].*)?)\.(sql|ts|mts|js|mjs)$/;
const DOWN = /^(.+)\.down\.sql$/;

interface SourceText {
  readonly file: string;
  readonly text: string;
  readonly checksum: string;
}

/**
 * Reads a folder of migrations: `NUMBER_name.sql` or `.ts`, with `NUMBER_name.down.sql` as the author's way back.
 * Nothing is parsed beyond the directives.
 *
 * @returns the migrations in the order in which they run
 * @throws LockkeeperError `migrations_unreadable`, `migration_name_invalid`, `migration_id_duplicate`,
 *   `migration_dependency_missing`, `migration_dependency_cycle`, `directive_unknown`
 */
export function readMigrations(folder: string): Migration[] {
  return orderMigrations(readNative(folder, listFolder(folder)));
}

/** The files of `names` that are in our own layout, unordered. */
export function readNative(folder: string, names: readonly string[]): Migration[] {
  const downs = new Map<string, string>();
  const ups: { id: string; name: string; extension: string }[] = [];
  for (const name of names) {
    const down = DOWN.exec(name)?.[1];
    const up = NAME.exec(name);
    if (down !== undefined) {
      downs.set(down, name);
    } else if (up !== null && !name.endsWith(".d.ts")) {
      ups.push({ id: up[1] ?? "", name, extension: up[2] ?? "" });
    } else if (name.endsWith(".sql")) {
      throw new LockkeeperError("migration_name_invalid", {
        message: `${shown(folder, name)} has no number that gives its order.`,
        at: { file: shown(folder, name) },
        notDone: "Nothing was run.",
      });
    }
  }
  const migrations = ups.map(({ id, name, extension }): Migration => {
    const source = readSource(folder, name);
    const downName = downs.get(id);
    downs.delete(id);
    const isSql = extension === "sql";
    return {
      id,
      kind: isSql ? "sql" : "typescript",
      ...source,
      firstLine: 1,
      directives: readDirectives(source.text, source.file),
      layout: "lockkeeper",
      ...(downName === undefined ? {} : { down: { ...readSource(folder, downName), firstLine: 1 } }),
    };
  });
  const [orphan] = downs.values();
  if (orphan !== undefined) {
    throw new LockkeeperError("migration_name_invalid", {
      message: `${shown(folder, orphan)} is the way back of a migration that is not there.`,
      at: { file: shown(folder, orphan) },
      action: "Add the file it belongs to, or remove it.",
      notDone: "Nothing was run.",
    });
  }
  return migrations;
}

export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

export function readSource(folder: string, name: string): SourceText {
  const file = shown(folder, name);
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(folder, name));
  } catch (error) {
    throw unreadable(file, error);
  }
  const text = decodeUtf8(bytes, file);
  return { file, text, checksum: sha256Hex(normalizeText(text)) };
}

/** The path as people know it: relative to where they stand, unless it lies elsewhere. */
function shown(folder: string, name: string): string {
  const path = join(folder, name);
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}

function unreadable(path: string, error: unknown): LockkeeperError {
  const code = (error as NodeJS.ErrnoException).code;
  const reason =
    code === "ENOENT"
      ? "does not exist"
      : code === "EACCES"
        ? "may not be read by this user"
        : `cannot be read (${code})`;
  return new LockkeeperError("migrations_unreadable", {
    message: `${path} ${reason}.`,
    at: { file: path },
    notDone: "Nothing was run.",
    ...(code === "ENOENT" ? { action: "Give --migrations, or make the folder with `lockkeeper new NAME`." } : {}),
  });
}
