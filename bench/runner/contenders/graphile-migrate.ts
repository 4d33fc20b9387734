import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import { npmInstallation, PEER_MODULES } from "../installed-peers.ts";
import { plainSql } from "../small-migrations.ts";

export const graphileMigrate: Contender = {
  name: "graphile-migrate",
  transaction: "each migration",
  installation: () => npmInstallation("graphile-migrate"),
  writeProject(folder, migrations) {
    mkdirSync(join(folder, "migrations", "committed"), { recursive: true });
    writeFileSync(join(folder, ".gmrc"), "{}\n");
    writeFileSync(join(folder, "migrations", "current.sql"), "-- Enter migration here\n");
    // Committed files form a hash chain, which graphile-migrate verifies before it runs anything.
    let previous: string | undefined;
    for (const migration of migrations) {
      const body = plainSql(migration).trim();
      const hash = `sha1:${createHash("sha1")
        .update(`${`${previous ?? ""}\n${body}`.trim()}\n`)
        .digest("hex")}`;
      const file = `${String(migration.number).padStart(6, "0")}-${migration.id.replaceAll("_", "-")}.sql`;
      const header = `--! Previous: ${previous ?? "-"}\n--! Hash: ${hash}\n`;
      writeFileSync(join(folder, "migrations", "committed", file), `${header}\n${body}\n`);
      previous = hash;
    }
  },
  command: () => ({
    file: process.execPath,
    args: [join(PEER_MODULES, "graphile-migrate", "dist", "cli.js"), "migrate"],
  }),
  appliedCount: "SELECT count(*) FROM graphile_migrate.migrations",
};
