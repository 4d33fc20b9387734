import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import { goInstallation, goProgram } from "../installed-peers.ts";
import { plainSql } from "../small-migrations.ts";

export const goose: Contender = {
  name: "goose",
  transaction: "each migration",
  installation: () => goInstallation("goose"),
  writeProject(folder, migrations) {
    mkdirSync(join(folder, "migrations"));
    for (const migration of migrations) {
      writeFileSync(join(folder, "migrations", `${migration.id}.sql`), `-- +goose Up\n${plainSql(migration)}`);
    }
  },
  command: (_phase, databaseUrl) => ({
    file: goProgram("goose"),
    args: ["-dir", "migrations", "postgres", databaseUrl, "up"],
  }),
  // goose starts its table with a row for version 0.
  appliedCount: "SELECT count(*) FROM goose_db_version WHERE is_applied AND version_id > 0",
};
