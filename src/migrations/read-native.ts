import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { readDirectives } from "./directives.ts";
import type { SourceFolder } from "./layouts/source-folder.ts";
import type { Migration } from "./migration.ts";

const NAME = /^(\d+(?:[_-].*)?)\.(sql|ts|mts|js|mjs)$/;
/** Some systems do not tell large letters from small ones; a file that others leave out must be left out by none. */
const hasLargeEnding = (name: string): boolean => {
  const ending = /^\d.*?((?:\.down)?\.(?:sql|[cm]?[jt]s))$/i.exec(name)?.[1];
  return ending !== undefined && ending !== ending.toLowerCase();
};
const DOWN = /^(.+)\.down\.sql$/;

/**
 * The files of `names` that are in our own layout, unordered: `NUMBER_name.sql` or `.ts`, with `NUMBER_name.down.sql`
 * as the author's way back. Nothing is parsed beyond the directives.
 *
 * @throws LockkeeperError `migrations_unreadable`, `migration_name_invalid`, `directive_unknown`
 */
export function readNative(folder: SourceFolder, names: readonly string[]): Migration[] {
  const downs = new Map<string, string>();
  const ups: { id: string; name: string; extension: string }[] = [];
  for (const name of names) {
    if (hasLargeEnding(name)) {
      throw new LockkeeperError("migration_name_invalid", {
        message: `${folder.shown(name)} has an ending that is not written in small letters.`,
        at: { file: folder.shown(name) },
        action: "Rename it: endings are .sql, .down.sql, .ts, .mts, .js and .mjs.",
        notDone: "Nothing was run.",
      });
    }
    const down = DOWN.exec(name)?.[1];
    const up = NAME.exec(name);
    if (down !== undefined) {
      downs.set(down, name);
    } else if (up !== null && !name.endsWith(".d.ts")) {
      ups.push({ id: up[1] ?? "", name, extension: up[2] ?? "" });
    } else if (name.endsWith(".sql")) {
      throw new LockkeeperError("migration_name_invalid", {
        message: `${folder.shown(name)} has no number that gives its order.`,
        at: { file: folder.shown(name) },
        notDone: "Nothing was run.",
      });
    }
  }
  const migrations = ups.map(({ id, name, extension }): Migration => {
    const { file, raw, checksum } = folder.read(name);
    const downName = downs.get(id);
    downs.delete(id);
    return {
      id,
      kind: extension === "sql" ? "sql" : "typescript",
      file,
      text: raw,
      checksum,
      firstLine: 1,
      directives: readDirectives(raw, file),
      layout: "lockkeeper",
      ...(downName === undefined ? {} : { down: readDown(folder, downName) }),
    };
  });
  const [orphan] = downs.values();
  if (orphan !== undefined) {
    throw new LockkeeperError("migration_name_invalid", {
      message: `${folder.shown(orphan)} is the way back of a migration that is not there.`,
      at: { file: folder.shown(orphan) },
      action: "Add the file it belongs to, or remove it.",
      notDone: "Nothing was run.",
    });
  }
  return migrations;
}

function readDown(folder: SourceFolder, name: string): NonNullable<Migration["down"]> {
  const { file, raw, checksum } = folder.read(name);
  return { file, text: raw, checksum, firstLine: 1 };
}
