import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import { npmInstallation, PEER_MODULES } from "../installed-peers.ts";

const SCRIPT = `import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await migrate(drizzle(pool), { migrationsFolder: "drizzle" });
await pool.end();
`;

/** The migrator inside drizzle-orm, called from a script, as an application does at its start. */
export const drizzle: Contender = {
  name: "Drizzle",
  transaction: "all pending",
  installation: () => npmInstallation("drizzle-orm"),
  writeProject(folder, migrations) {
    mkdirSync(join(folder, "drizzle", "meta"), { recursive: true });
    for (const migration of migrations) {
      const sql = migration.statements.map((statement) => `${statement.sql};`).join("\n--> statement-breakpoint\n");
      writeFileSync(join(folder, "drizzle", `${migration.id}.sql`), sql);
    }
    const entries = migrations.map((migration, idx) => ({
      idx,
      version: "7",
      when: 1_700_000_000_000 + idx * 1000,
      tag: migration.id,
      breakpoints: true,
    }));
    const journal = JSON.stringify({ version: "7", dialect: "postgresql", entries });
    writeFileSync(join(folder, "drizzle", "meta", "_journal.json"), journal);
    writeFileSync(join(folder, "migrate.mjs"), SCRIPT);
    symlinkSync(PEER_MODULES, join(folder, "node_modules"));
  },
  command: () => ({ file: process.execPath, args: ["migrate.mjs"] }),
  appliedCount: "SELECT count(*) FROM drizzle.__drizzle_migrations",
};
