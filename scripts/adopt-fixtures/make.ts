/**
 * Makes the fixtures of `test/fixtures/adopt`: lets each real tool apply a small project to a database of its own and
 * stores the project and what the tool wrote. Run by hand, not in CI, because it downloads a dozen programs:
 *
 *     node scripts/adopt-fixtures/make.ts [tool…]
 *
 * Needs a PostgreSQL server with client programs (`PG_BIN`), Go, Java with Maven, and Python. Tools are kept in
 * `ADOPT_TOOLS`, by default a folder of the temporary directory.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FixtureTool } from "./fixture-tool.ts";
import { startScratchServer } from "./scratch-server.ts";
import { alembic } from "./tools/alembic.ts";
import { dbmate } from "./tools/dbmate.ts";
import { drizzle } from "./tools/drizzle.ts";
import { flyway } from "./tools/flyway.ts";
import { golangMigrate } from "./tools/golang-migrate.ts";
import { goose } from "./tools/goose.ts";
import { graphileMigrate } from "./tools/graphile-migrate.ts";
import { knex } from "./tools/knex.ts";
import { kysely } from "./tools/kysely.ts";
import { nodePgMigrate } from "./tools/node-pg-migrate.ts";
import { prisma } from "./tools/prisma.ts";
import { sequelize } from "./tools/sequelize.ts";
import { typeorm } from "./tools/typeorm.ts";

const all: readonly FixtureTool[] = [
  alembic,
  dbmate,
  drizzle,
  flyway,
  golangMigrate,
  goose,
  graphileMigrate,
  knex,
  kysely,
  nodePgMigrate,
  prisma,
  sequelize,
  typeorm,
];

const wanted = process.argv.slice(2);
const tools = process.env["ADOPT_TOOLS"] ?? join(tmpdir(), "lockkeeper-adopt");
const fixtures = join(import.meta.dirname, "../../test/fixtures/adopt");
const server = await startScratchServer(join(tools, "servers"));
try {
  for (const tool of all) {
    if (wanted.length > 0 && !wanted.includes(tool.name)) continue;
    make(tool);
    console.log(tool.name);
  }
} finally {
  await server.stop();
}

function make(tool: FixtureTool): void {
  const version = tool.install(tools);
  const url = server.createDatabase(tool.name);
  const work = join(tools, "work", tool.name);
  rmSync(work, { recursive: true, force: true });
  const project = join(work, "project");
  const scratch = join(work, "scratch");
  mkdirSync(project, { recursive: true });
  mkdirSync(scratch, { recursive: true });
  tool.apply({ tools, project, scratch, url, query: (sql) => server.query(url, sql) });

  const fixture = join(fixtures, tool.name);
  rmSync(fixture, { recursive: true, force: true });
  cpSync(project, join(fixture, "project"), { recursive: true });
  const history = server.dump(url);
  writeFileSync(join(fixture, "history.sql"), history);
  const major = server.query(url, "SHOW server_version").trim().split(" ")[0];
  writeFileSync(
    join(fixture, "README.md"),
    `# ${tool.name}

Made with ${version} on PostgreSQL ${major} by \`node scripts/adopt-fixtures/make.ts ${tool.name}\`.

- \`project/\`: the tool's own files.
- \`history.sql\`: the database after the tool had applied them, history tables included (\`pg_dump --inserts\` without
  session settings).
${tool.notes === "" ? "" : `\n${tool.notes}\n`}`,
  );
}
