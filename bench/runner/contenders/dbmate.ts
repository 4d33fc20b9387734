import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import { npmInstallation, PEER_MODULES } from "../installed-peers.ts";
import { plainSql } from "../small-migrations.ts";

/** dbmate's authors publish its program as one npm package a platform. */
const PACKAGE = `@dbmate/${process.platform}-${process.arch}`;

export const dbmate: Contender = {
  name: "dbmate",
  transaction: "each migration",
  installation: () => npmInstallation(PACKAGE),
  writeProject(folder, migrations) {
    mkdirSync(join(folder, "db", "migrations"), { recursive: true });
    for (const migration of migrations) {
      const text = `-- migrate:up\n${plainSql(migration)}\n-- migrate:down\n`;
      writeFileSync(join(folder, "db", "migrations", `${migration.id}.sql`), text);
    }
  },
  command: () => ({
    file: join(PEER_MODULES, PACKAGE, "bin", "dbmate"),
    // The schema dump is switched off: it runs pg_dump, which no other contender does.
    args: ["--no-dump-schema", "migrate"],
  }),
  appliedCount: "SELECT count(*) FROM schema_migrations",
};
