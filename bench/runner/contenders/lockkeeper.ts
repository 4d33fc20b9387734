import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import { manifestVersion, REPOSITORY } from "../installed-peers.ts";
import { plainSql } from "../small-migrations.ts";

const PROGRAM = join(REPOSITORY, "dist", "lockkeeper.js");

/** The built program, as users run it: the sources would add the cost of stripping types at every start. */
export const lockkeeper: Contender = {
  name: "Lockkeeper",
  // Of those that touch nothing but what the same call made, as all of these do; a transaction of its own for any other.
  transaction: "up to 32 migrations",
  installation: () =>
    existsSync(PROGRAM)
      ? { state: "installed", version: manifestVersion(join(REPOSITORY, "package.json")) }
      : { state: "missing", reason: "dist/lockkeeper.js does not exist: run npm run build" },
  writeProject(folder, migrations) {
    mkdirSync(join(folder, "migrations"));
    for (const migration of migrations) {
      writeFileSync(join(folder, "migrations", `${migration.id}.sql`), plainSql(migration));
    }
  },
  command: () => ({ file: process.execPath, args: [PROGRAM, "up", "--yes"] }),
  appliedCount: "SELECT count(*) FROM lockkeeper.migration",
};
