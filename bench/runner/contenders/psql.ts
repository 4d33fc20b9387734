import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Contender } from "../contender.ts";
import { plainSql } from "../small-migrations.ts";

/**
 * The floor: PostgreSQL's own client with one transaction a file, in one process, keeping no history. Its start without
 * work is a connection and one SELECT, which every runner has to make to find out that nothing is to do.
 */
export const psql: Contender = {
  name: "psql",
  transaction: "each migration",
  installation() {
    const program = psqlProgram();
    if (program === undefined) {
      return { state: "missing", reason: "psql is not on PATH" };
    }
    const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
    return { state: "installed", version: /\d+(\.\d+)*/.exec(stdout)?.[0] ?? "unknown" };
  },
  writeProject(folder, migrations) {
    mkdirSync(join(folder, "migrations"));
    for (const migration of migrations) {
      writeFileSync(join(folder, "migrations", `${migration.id}.sql`), plainSql(migration));
    }
    const script = migrations.map((migration) => `BEGIN;\n\\i migrations/${migration.id}.sql\nCOMMIT;\n`).join("");
    writeFileSync(join(folder, "apply.sql"), script);
  },
  command: (phase, databaseUrl) => ({
    file: psqlProgram() ?? "psql",
    args: [
      "--no-psqlrc",
      "--quiet",
      "--set=ON_ERROR_STOP=1",
      ...(phase === "apply" ? ["--file=apply.sql"] : ["--command=SELECT 1"]),
      databaseUrl,
    ],
  }),
  appliedCount: undefined,
};

const DEBIAN_CLIENTS = "/usr/lib/postgresql";

/** Debian's `psql` is a Perl script that finds the client and costs several times its start: the client is taken itself. */
function psqlProgram(): string | undefined {
  const found = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "psql"))
    .find((file) => existsSync(file));
  if (found === undefined || !realpathSync(found).endsWith("/pg_wrapper")) {
    return found;
  }
  const newest = readdirSync(DEBIAN_CLIENTS)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((major) => join(DEBIAN_CLIENTS, major, "bin", "psql"))
    .find((file) => existsSync(file));
  return newest ?? found;
}
