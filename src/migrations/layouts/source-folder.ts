import { readdirSync } from "node:fs";
import { join } from "node:path";
import { normalizeText } from "../../sql/normalize-text.ts";
import { listFolder, readSource } from "../read-migrations.ts";

export interface Source {
  /** Path inside the folder, with `/`. */
  readonly name: string;
  /** Path as shown to people. */
  readonly file: string;
  /** The file as it is. */
  readonly raw: string;
  /** Without byte order mark, every line end `\n`. */
  readonly text: string;
  readonly checksum: string;
}

/** A folder of another tool: its file names at once, its files when they are asked for. */
export interface SourceFolder {
  readonly path: string;
  /** Every file below the folder, with `/`, in code point order. */
  readonly names: readonly string[];
  /** The names without a `/`. */
  readonly topNames: readonly string[];
  read(name: string): Source;
}

const FOREIGN_FOLDERS: ReadonlySet<string> = new Set(["node_modules", "__pycache__"]);

/** @throws LockkeeperError `migrations_unreadable` */
export function openSourceFolder(path: string): SourceFolder {
  const sources = new Map<string, Source>();
  const names = listBelow(path, "").sort();
  return {
    path,
    names,
    topNames: names.filter((name) => !name.includes("/")),
    read(name) {
      const known = sources.get(name);
      if (known !== undefined) {
        return known;
      }
      const { file, text: raw, checksum } = readSource(path, name);
      const source: Source = { name, file, raw, text: normalizeText(raw), checksum };
      sources.set(name, source);
      return source;
    },
  };
}

function listBelow(path: string, prefix: string): string[] {
  const own = listFolder(path).map((name) => prefix + name);
  const folders = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !FOREIGN_FOLDERS.has(entry.name))
    .map((entry) => entry.name);
  return [...own, ...folders.flatMap((folder) => listBelow(join(path, folder), `${prefix}${folder}/`))];
}
