import type { LayoutReader } from "./layout.ts";
import { sqlMigration, whole } from "./layout-migration.ts";
import { sha256Variants } from "./line-end-variants.ts";
import type { SourceFolder } from "./source-folder.ts";

const MIGRATION = /^([^/]+)\/migration\.sql$/;
const LOCK = "migration_lock.toml";

/** `NAME/migration.sql` in the order of the folders' names, beside `migration_lock.toml`. */
export const prisma: LayoutReader = {
  layout: "prisma",
  recognises: (source) => source.topNames.includes(LOCK) || folders(source).length > 0,
  read(source) {
    const files = folders(source).map((folder) => {
      const file = source.read(`${folder}/migration.sql`);
      return {
        name: file.name,
        key: folder,
        checksums: sha256Variants(file),
        migration: sqlMigration({ layout: "prisma", id: folder, source: file, up: whole(file) }),
      };
    });
    return { files, accessory: [LOCK] };
  },
};

/** Drizzle's newer layout has the same file names, but a snapshot in each folder. */
function folders(source: SourceFolder): string[] {
  return source.names
    .map((name) => MIGRATION.exec(name)?.[1])
    .filter((folder) => folder !== undefined)
    .filter((folder) => !source.names.includes(`${folder}/snapshot.json`));
}
