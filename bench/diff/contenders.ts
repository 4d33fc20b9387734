import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  goInstallation,
  goProgram,
  manifestVersion,
  npmInstallation,
  PEER_MODULES,
  PYTHON,
  pythonInstallation,
  REPOSITORY,
} from "../runner/installed-peers.ts";
import type { Contender, Task } from "./contender.ts";

const node = (...args: readonly string[]) => ({ file: process.execPath, args });

const PROGRAM = join(REPOSITORY, "dist", "lockkeeper.js");

/** The built program, as users run it. */
const lockkeeper = {
  name: "Lockkeeper",
  installation: () =>
    existsSync(PROGRAM)
      ? ({ state: "installed", version: manifestVersion(join(REPOSITORY, "package.json")) } as const)
      : ({ state: "missing", reason: "dist/lockkeeper.js does not exist: run npm run build" } as const),
};

const PG_DELTA = "@supabase/pg-delta";
const pgDelta = (...args: readonly string[]) => node(join(PEER_MODULES, PG_DELTA, "dist", "cli", "main.js"), ...args);

const MIGRA = "@pgkit/migra";

export const CONTENDERS: readonly Contender[] = [
  {
    ...lockkeeper,
    wanted: "database",
    command: ({ from, to }) => node(PROGRAM, "diff", "--from", from.href, "--to", to.href),
  },
  {
    ...lockkeeper,
    wanted: "file",
    command: ({ from, file }) => node(PROGRAM, "diff", "--from", from.href, "--to", file),
  },
  {
    name: "pg-delta",
    wanted: "database",
    installation: () => npmInstallation(PG_DELTA),
    command: ({ from, to, folder }) =>
      pgDelta(
        "plan",
        "--source",
        from.href,
        "--desired",
        to.href,
        "--renames",
        "off",
        "--out",
        join(folder, "plan.json"),
      ),
    sql: rendered,
  },
  {
    name: "pg-delta",
    wanted: "file",
    installation: () => npmInstallation(PG_DELTA),
    command: ({ from, file }) =>
      pgDelta("schema", "apply", "--dry-run", "--renames", "off", "--dir", dirname(file), "--target", from.href),
  },
  {
    name: "migra",
    wanted: "database",
    installation: () => npmInstallation(MIGRA),
    command: ({ from, to }) =>
      node(
        join(PEER_MODULES, MIGRA, "dist", "command.js"),
        ...["--unsafe", "--with-privileges", "--schema", "public", from.href, to.href],
      ),
  },
  {
    name: "alembic",
    wanted: "database",
    installation: () => pythonInstallation("alembic"),
    prepare: (task) => ({ file: PYTHON, args: [ALEMBIC, "reflect", ...alembicArgs(task)] }),
    command: (task) => ({ file: PYTHON, args: [ALEMBIC, "compare", ...alembicArgs(task)] }),
    note: "autogenerate as SQL; its metadata was reflected from the database before, where a user has classes",
  },
  {
    name: "Atlas",
    wanted: "database",
    isSlow: true,
    installation: () => goInstallation("atlas"),
    command: ({ from, to }) => ({ file: goProgram("atlas"), args: [from.href, to.href] }),
    note: "the community library, in the program in bench/peers/atlas: its command cannot be built from its module",
  },
  {
    name: "pgschema",
    wanted: "file",
    isSlow: true,
    installation: () => goInstallation("pgschema"),
    command: ({ from, file, empty }) => ({
      file: goProgram("pgschema"),
      args: [
        ...["plan", "--schema", "public", "--output-sql", "stdout", "--file", file],
        ...["--host", from.hostname, "--port", from.port, "--user", from.username, "--db", databaseOf(from)],
        ...["--sslmode", "disable", "--plan-host", empty.hostname, "--plan-port", empty.port],
        ...["--plan-user", empty.username, "--plan-db", databaseOf(empty), "--plan-sslmode", "disable"],
      ],
    }),
    note: "its file is loaded into a database that is there already",
  },
  {
    name: "pg-schema-diff",
    wanted: "database",
    isSlow: true,
    installation: () => goInstallation("pg-schema-diff"),
    command: ({ from, to }) => ({ file: goProgram("pg-schema-diff"), args: pgSchemaDiff(from, "--to-dsn", to.href) }),
    note: "without its validation of the plan, which nobody else here does",
  },
  {
    name: "pg-schema-diff",
    wanted: "file",
    isSlow: true,
    installation: () => goInstallation("pg-schema-diff"),
    command: ({ from, file }) => ({
      file: goProgram("pg-schema-diff"),
      args: pgSchemaDiff(from, "--to-dir", dirname(file)),
    }),
  },
];

const pgSchemaDiff = (from: URL, ...to: readonly string[]): readonly string[] => [
  ...["plan", "--from-dsn", from.href, ...to],
  "--disable-plan-validation",
];

const ALEMBIC = join(import.meta.dirname, "alembic_autogenerate.py");

const alembicArgs = ({ from, to, folder }: Task): readonly string[] => [
  ...[from, to].map(({ href }) => href.replace("postgres:", "postgresql+psycopg:")),
  join(folder, "metadata.pickle"),
];

/** Without the slash. */
const databaseOf = ({ pathname }: URL): string => pathname.slice(1);

/** pg-delta's plan as SQL; it writes no file for a plan of nothing. */
function rendered({ folder }: Task): string {
  for (const name of parts(folder)) rmSync(join(folder, name));
  const { file, args } = pgDelta(
    ...["render", "--allow-drops", "--plan", join(folder, "plan.json"), "--out", join(folder, "rendered.sql")],
  );
  try {
    execFileSync(file, args, { stdio: "pipe" });
  } catch (error) {
    if ((error as { readonly status?: unknown }).status !== NOTHING_TO_RENDER) throw error;
  }
  return parts(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

const NOTHING_TO_RENDER = 3;

const parts = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith("rendered") && name.endsWith(".sql"))
    .toSorted((one, other) => one.localeCompare(other, "en", { numeric: true }));
