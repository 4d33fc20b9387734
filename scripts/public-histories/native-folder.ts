import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { HistoryFile } from "./fetch-history.ts";

/**
 * The files under names that say their order, in a new folder.
 *
 * @param withDowns the ways back that their authors wrote beside them
 */
export function nativeFolder(files: readonly HistoryFile[], withDowns = false): string {
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-history-"));
  for (const [index, { path, text, down }] of files.entries()) {
    const name = (basename(path) === "migration.sql" ? basename(join(path, "..")) : basename(path, ".up.sql"))
      .replaceAll(/[^A-Za-z0-9]+/g, "_")
      .toLowerCase();
    const stem = join(folder, `${String(index + 1).padStart(4, "0")}_${name}`);
    writeFileSync(`${stem}.sql`, text);
    if (withDowns && down !== undefined) writeFileSync(`${stem}.down.sql`, down);
  }
  return folder;
}
