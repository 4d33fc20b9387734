import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import { npmInstallation, PEER_MODULES } from "../installed-peers.ts";
import type { SmallMigration } from "../small-migrations.ts";

const SCRIPT = `import { promises as fs } from "node:fs";
import path from "node:path";
import { Kysely, PostgresDialect } from "kysely";
import { FileMigrationProvider, Migrator } from "kysely/migration";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
const provider = new FileMigrationProvider({ fs, path, migrationFolder: path.resolve("migrations") });
const { error } = await new Migrator({ db, provider }).migrateToLatest();
await db.destroy();
if (error) throw error;
`;

/** Kysely's migrations are modules; the SQL stays the shared list's, in the `sql` template. */
function migrationModule(migration: SmallMigration): string {
  const calls = migration.statements.map((statement) => `  await sql\`${statement.sql}\`.execute(db);\n`).join("");
  return `import { sql } from "kysely";\n\nexport async function up(db) {\n${calls}}\n`;
}

export const kysely: Contender = {
  name: "Kysely",
  transaction: "all pending",
  installation: () => npmInstallation("kysely"),
  writeProject(folder, migrations) {
    mkdirSync(join(folder, "migrations"));
    for (const migration of migrations) {
      writeFileSync(join(folder, "migrations", `${migration.id}.mjs`), migrationModule(migration));
    }
    writeFileSync(join(folder, "migrate.mjs"), SCRIPT);
    symlinkSync(PEER_MODULES, join(folder, "node_modules"));
  },
  command: () => ({ file: process.execPath, args: ["migrate.mjs"] }),
  appliedCount: "SELECT count(*) FROM kysely_migration",
};
