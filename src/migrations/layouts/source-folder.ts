import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { decodeUtf8, normalizeText, sha256Hex } from "../../sql/normalize-text.ts";

export interface Source {
  /** Path inside the folder, with `/`. */
  readonly name: string;
  /** Path as shown to people. */
  readonly file: string;
  /** The file as it is. */
  readonly raw: string;
  /** Without byte order mark, every line end `\n`. */
  readonly text: string;
  /** sha256 of `text`. */
  readonly checksum: string;
}

/** A folder of migrations: its file names at once, its files when they are asked for, each read once. */
export interface SourceFolder {
  readonly path: string;
  /** Every file below the folder, with `/`, in code point order. */
  readonly names: readonly string[];
  /** The names without a `/`. */
  readonly topNames: readonly string[];
  read(name: string): Source;
  /** The path as people know it: relative to where they stand, unless it lies elsewhere. */
  shown(name: string): string;
}

const FOREIGN_FOLDERS: ReadonlySet<string> = new Set(["node_modules", "__pycache__"]);

/** @throws LockkeeperError `migrations_unreadable` */
export function openSourceFolder(path: string): SourceFolder {
  const sources = new Map<string, Source>();
  const names = listBelow(path, "").sort();
  const fromHere = relative(process.cwd(), path);
  const prefix = fromHere.startsWith("..") ? path : fromHere;
  const shown = (name: string): string => join(prefix, name);
  return {
    path,
    names,
    topNames: names.filter((name) => !name.includes("/")),
    shown,
    read(name) {
      const known = sources.get(name);
      if (known !== undefined) {
        return known;
      }
      const source = readSource(join(path, name), name, shown(name));
      sources.set(name, source);
      return source;
    },
  };
}

function readSource(path: string, name: string, file: string): Source {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, file, error, MEND_FILE);
  }
  const raw = decodeUtf8(bytes, file);
  const text = normalizeText(raw);
  return { name, file, raw, text, checksum: sha256Hex(text) };
}

function listBelow(path: string, prefix: string): string[] {
  const names: string[] = [];
  for (const entry of entriesOf(path)) {
    if (entry.name.startsWith(".")) {
      continue;
    }
    if (!entry.isDirectory()) {
      names.push(prefix + entry.name);
    } else if (!FOREIGN_FOLDERS.has(entry.name)) {
      names.push(...listBelow(join(path, entry.name), `${prefix}${entry.name}/`));
    }
  }
  return names;
}

function entriesOf(path: string): { name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw unreadable(path, path, error, MAKE_FOLDER);
  }
}

const MAKE_FOLDER = "Give --migrations, or make the folder with `lockkeeper new NAME`.";
const MEND_FILE = "Put the file back, or remove what points to it.";

/** @param missing what to do where there is nothing to read */
function unreadable(path: string, shown: string, error: unknown, missing: string): LockkeeperError {
  const code = (error as NodeJS.ErrnoException).code;
  const isLink = code === "ENOENT" && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const reason = isLink
    ? `is a link to ${readlinkSync(path)}, which does not exist`
    : code === "ENOENT"
      ? "does not exist"
      : code === "EACCES"
        ? "may not be read by this user"
        : `cannot be read (${code})`;
  return new LockkeeperError("migrations_unreadable", {
    message: `${shown} ${reason}.`,
    at: { file: shown },
    notDone: "Nothing was run.",
    ...(code === "ENOENT" ? { action: missing } : {}),
  });
}
