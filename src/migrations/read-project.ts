import { detectLayout } from "./layouts/detect-layout.ts";
import { readLayout } from "./layouts/read-layout.ts";
import { openSourceFolder } from "./layouts/source-folder.ts";
import type { Migration, MigrationLayout } from "./migration.ts";
import { orderMigrations } from "./order-migrations.ts";
import { readNative } from "./read-native.ts";

/**
 * Reads a folder of migrations, be they ours, another tool's, or another tool's with ours beside them. Nothing is
 * parsed beyond names, sections and directives, and every file is read once.
 *
 * @param layout whose files they are; found out from the files themselves when it is `auto`
 * @returns the migrations in the order in which they run
 * @throws LockkeeperError `migrations_unreadable`, `migration_name_invalid`, `migration_id_duplicate`,
 *   `migration_dependency_missing`, `migration_dependency_cycle`, `directive_unknown`, `layout_ambiguous`
 */
export function readProject(folder: string, layout: MigrationLayout | "auto" = "auto"): Migration[] {
  const source = openSourceFolder(folder);
  // Files that are nobody's are held against our own rules, which say what is wrong with them.
  const owner = layout === "auto" ? (detectLayout(source) ?? "lockkeeper") : layout;
  if (owner === "lockkeeper") {
    return orderMigrations(readNative(source, source.topNames));
  }
  const { files, others } = readLayout(owner, source);
  return orderMigrations(
    readNative(source, others),
    files.map(({ migration }) => migration),
  );
}
