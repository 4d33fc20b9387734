import { stem } from "../changes.ts";
import { type FixtureTool, nodeProgram, npm, write } from "../fixture-tool.ts";

export const kysely: FixtureTool = {
  name: "kysely",
  install: (tools) => npm(tools, ["kysely@0.29.9", "pg@8"]),
  notes: "",
  apply(place) {
    const migration = (up: string, down: string): string => `import { sql } from "kysely";

/** @param db {import("kysely").Kysely<any>} */
export async function up(db) {
${up}
}

/** @param db {import("kysely").Kysely<any>} */
export async function down(db) {
${down}
}
`;
    write(place.project, {
      [`${stem(0)}.mjs`]: migration(
        `  await db.schema
    .createTable("customers")
    .addColumn("id", "bigint", (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .execute();`,
        `  await db.schema.dropTable("customers").execute();`,
      ),
      [`${stem(1)}.mjs`]: migration(
        `  await db.schema
    .createTable("orders")
    .addColumn("id", "bigint", (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn("customer_id", "bigint", (column) => column.notNull().references("customers.id"))
    .addColumn("total", sql\`numeric(10, 2)\`, (column) => column.notNull().defaultTo(0))
    .execute();`,
        `  await db.schema.dropTable("orders").execute();`,
      ),
      [`${stem(2)}.mjs`]: migration(
        `  await db.schema.alterTable("orders").addColumn("note", "text").execute();`,
        `  await db.schema.alterTable("orders").dropColumn("note").execute();`,
      ),
      [`${stem(3)}.mjs`]: migration(
        `  await db.schema.createIndex("orders_customer_id_idx").on("orders").column("customer_id").execute();`,
        `  await sql\`DROP INDEX orders_customer_id_idx\`.execute(db);`,
      ),
    });
    nodeProgram(
      place,
      `const { promises: fs, symlinkSync, rmSync } = require("node:fs");
const path = require("node:path");
const { Kysely, PostgresDialect } = require("kysely");
const { Migrator, FileMigrationProvider } = require("kysely/migration");
const { Pool } = require("pg");

// ES modules do not look at NODE_PATH.
const modules = path.join(process.env.PROJECT, "..", "node_modules");
symlinkSync(process.env.NODE_PATH, modules);
(async () => {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: process.env.DATABASE_URL }) }) });
  const provider = new FileMigrationProvider({ fs, path, migrationFolder: process.env.PROJECT });
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  await db.destroy();
  rmSync(modules);
  if (error) throw error;
})();
`,
    );
  },
};
