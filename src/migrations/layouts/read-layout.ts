import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { alembic } from "./alembic.ts";
import { knex, kysely, sequelize } from "./code-layouts.ts";
import { dbmate } from "./dbmate.ts";
import { drizzle } from "./drizzle.ts";
import { flyway } from "./flyway.ts";
import { golangMigrate } from "./golang-migrate.ts";
import { goose } from "./goose.ts";
import { graphileMigrate } from "./graphile-migrate.ts";
import type { ForeignLayout, LayoutFile, LayoutReader } from "./layout.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";
import { prisma } from "./prisma.ts";
import type { SourceFolder } from "./source-folder.ts";
import { typeorm } from "./typeorm.ts";

export const LAYOUT_READERS: Readonly<Record<ForeignLayout, LayoutReader>> = {
  "node-pg-migrate": nodePgMigrate,
  dbmate,
  goose,
  "golang-migrate": golangMigrate,
  prisma,
  drizzle,
  knex,
  "graphile-migrate": graphileMigrate,
  flyway,
  alembic,
  typeorm,
  sequelize,
  kysely,
};

export interface LayoutFolder {
  readonly layout: ForeignLayout;
  /** The tool's migrations in the order in which it applies them. */
  readonly files: readonly LayoutFile[];
  /** The files at the top of the folder that are not the tool's: new ones in our own layout stand among them. */
  readonly others: readonly string[];
}

/**
 * Reads the migrations that another tool keeps in a folder.
 *
 * @throws LockkeeperError `migrations_unreadable`, `migration_id_duplicate`, `directive_unknown`
 */
export function readLayout(layout: ForeignLayout, source: SourceFolder): LayoutFolder {
  const { files, accessory } = LAYOUT_READERS[layout].read(source);
  refuseDuplicates(files);
  const owned = new Set([...accessory, ...files.map(({ name }) => name)]);
  return { layout, files, others: source.topNames.filter((name) => !owned.has(name)) };
}

function refuseDuplicates(files: readonly LayoutFile[]): void {
  const seen = new Map<string, LayoutFile>();
  for (const file of files) {
    for (const name of new Set([`key ${file.key}`, `id ${file.migration.id}`])) {
      const other = seen.get(name);
      if (other !== undefined) {
        throw new LockkeeperError("migration_id_duplicate", {
          message: `${other.migration.file} and ${file.migration.file} have the same ${name}.`,
          at: { file: file.migration.file },
          notDone: "Nothing was read.",
        });
      }
      seen.set(name, file);
    }
  }
}
