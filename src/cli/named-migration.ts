import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { filesOf, readSql } from "../desired/sql-files.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { sqlMigration } from "../migrations/sql-migration.ts";

/** A path, a pattern or the name of a file. */
const LOOKS_LIKE_FILES = /[\\/*?]|\.[a-z]{2,3}$/i;

/**
 * A migration of the project, by file or id, or any other SQL file.
 *
 * @throws LockkeeperError `migration_unknown` for what looks like an id, `usage`, and those of reading the file and its directives
 */
export function namedMigration(named: string, migrations: readonly Migration[], cwd: string): Migration {
  const byId = migrations.find(({ id }) => id === named);
  if (byId !== undefined && !existsSync(resolve(cwd, named))) {
    return byId;
  }
  if (!existsSync(resolve(cwd, named)) && !LOOKS_LIKE_FILES.test(named)) {
    throw new LockkeeperError("migration_unknown", {
      message: `There is no migration ${named}, and no file of this name.`,
      notDone: "Nothing was run.",
    });
  }
  const [file = named, another] = filesOf([named], cwd);
  if (another !== undefined) {
    throw new LockkeeperError("usage", { message: `${named} is not one file.`, notDone: "Nothing was run." });
  }
  const known = migrations.find((one) => resolve(cwd, one.file) === resolve(cwd, file));
  if (known !== undefined) {
    return known;
  }
  if (!file.endsWith(".sql")) {
    throw new LockkeeperError("usage", {
      message: `${file} is no SQL file, and no migration of the project.`,
      notDone: "Nothing was run.",
    });
  }
  return sqlMigration({ id: basename(file, ".sql"), file, text: readSql(file, cwd) });
}
