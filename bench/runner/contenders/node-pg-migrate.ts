import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import { npmInstallation, PEER_MODULES } from "../installed-peers.ts";
import { plainSql } from "../small-migrations.ts";

export const nodePgMigrate: Contender = {
  name: "node-pg-migrate",
  transaction: "all pending",
  installation: () => npmInstallation("node-pg-migrate"),
  writeProject(folder, migrations) {
    mkdirSync(join(folder, "migrations"));
    for (const migration of migrations) {
      writeFileSync(join(folder, "migrations", `${migration.id}.sql`), `-- Up Migration\n${plainSql(migration)}`);
    }
  },
  command: () => ({
    file: process.execPath,
    args: [join(PEER_MODULES, "node-pg-migrate", "bin", "node-pg-migrate.js"), "up"],
  }),
  appliedCount: "SELECT count(*) FROM pgmigrations",
};
