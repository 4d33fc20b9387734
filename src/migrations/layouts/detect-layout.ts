import type { MigrationLayout } from "../migration.ts";
import { codeFiles } from "./file-names.ts";
import { LAYOUT_READERS } from "./read-layout.ts";
import { openSourceFolder, type SourceFolder } from "./source-folder.ts";

/**
 * Whose migrations the folder holds, by signs that only one tool leaves. Our own layout is the fallback: it is the
 * answer for an empty folder too.
 *
 * @returns undefined where the files are those of several tools or of none that is known
 * @throws LockkeeperError `migrations_unreadable`
 */
export function detectLayout(folder: string): MigrationLayout | undefined {
  const source = openSourceFolder(folder);
  const [found, ...more] = Object.values(LAYOUT_READERS).filter((reader) => reader.recognises(source));
  if (found !== undefined) {
    return more.length === 0 ? found.layout : undefined;
  }
  return mayBeOurs(source) ? "lockkeeper" : undefined;
}

function mayBeOurs(source: SourceFolder): boolean {
  const foreign = new Set(codeFiles(source));
  const candidates = source.topNames.filter((name) => /\.(sql|[cm]?[jt]s)$/.test(name));
  return candidates.every((name) => /^\d/.test(name) && !foreign.has(name));
}
