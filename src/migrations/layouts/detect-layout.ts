import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { MigrationLayout } from "../migration.ts";
import { codeFiles } from "./file-names.ts";
import { LAYOUT_READERS } from "./read-layout.ts";
import type { SourceFolder } from "./source-folder.ts";

/**
 * Whose migrations the folder holds, by signs that only one tool leaves. Our own layout is the fallback: it is the
 * answer for an empty folder too.
 *
 * @returns undefined where the files are those of no tool that is known
 * @throws LockkeeperError `migrations_unreadable`, `layout_ambiguous`
 */
export function detectLayout(source: SourceFolder): MigrationLayout | undefined {
  const found = Object.values(LAYOUT_READERS).filter((reader) => reader.recognises(source));
  if (found.length > 1) {
    const layouts = found.map(({ layout }) => layout);
    throw new LockkeeperError("layout_ambiguous", {
      message: `${source.path} holds files of ${layouts.join(" and of ")}.`,
      at: { file: source.path },
      notDone: "Nothing was run.",
      data: { layouts },
    });
  }
  return found[0]?.layout ?? (mayBeOurs(source) ? "lockkeeper" : undefined);
}

function mayBeOurs(source: SourceFolder): boolean {
  const foreign = new Set(codeFiles(source));
  const candidates = source.topNames.filter((name) => /\.(sql|[cm]?[jt]s)$/.test(name));
  return candidates.every((name) => /^\d/.test(name) && !foreign.has(name));
}
