import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import { goInstallation, goProgram } from "../installed-peers.ts";
import { plainSql } from "../small-migrations.ts";

export const golangMigrate: Contender = {
  name: "golang-migrate",
  // It opens none of its own, but sends a file as one simple query, which the server runs as one transaction.
  transaction: "each migration",
  installation: () => goInstallation("migrate"),
  writeProject(folder, migrations) {
    mkdirSync(join(folder, "migrations"));
    for (const migration of migrations) {
      writeFileSync(join(folder, "migrations", `${migration.id}.up.sql`), plainSql(migration));
    }
  },
  command: (_phase, databaseUrl) => ({
    file: goProgram("migrate"),
    args: ["-path", "migrations", "-database", databaseUrl, "up"],
  }),
  // The table holds the newest version only, and versions count from 1.
  appliedCount: "SELECT version FROM schema_migrations WHERE NOT dirty",
};
