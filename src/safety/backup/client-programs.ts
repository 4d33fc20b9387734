import { execFile } from "node:child_process";
import { accessSync, constants, readdirSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";

export type ClientProgram = "pg_dump" | "pg_restore" | "pg_basebackup" | "pg_verifybackup";

/** A folder with programs of PostgreSQL, all of one version. */
export interface ClientPrograms {
  readonly folder: string;
  /** As server_version_num, such as 150014; a version before its release counts as its first. */
  readonly version: number;
  /** Such as `15.14`. */
  readonly shown: string;
}

export interface ProgramSearch {
  /** The first of them tells the version. */
  readonly needed: readonly [ClientProgram, ...ClientProgram[]];
  /** server_version_num */
  readonly serverVersion: number;
  /** A folder that the user names, and no other; all that are known when undefined. */
  readonly named?: string | undefined;
}

/** Where packages put each major version: Debian, Red Hat, Homebrew on both processors, Postgres.app. */
const VERSIONED: readonly (readonly [parent: string, rest: string])[] = [
  ["/usr/lib/postgresql", "bin"],
  ["/usr", "bin"],
  ["/opt/homebrew/opt", "bin"],
  ["/usr/local/opt", "bin"],
  ["/Applications/Postgres.app/Contents/Versions", "bin"],
];

/**
 * Finds client programs for a server: those of its own major version, because what newer ones write is not always taken
 * by an older server; else newer ones. The newest of those, either way.
 *
 * @throws LockkeeperError `client_program_missing` when there are none, or only older ones
 */
export async function findClientPrograms(search: ProgramSearch): Promise<ClientPrograms> {
  const { needed, serverVersion, named } = search;
  const folders = named === undefined ? await knownFolders() : [named];
  const found = await Promise.all(
    folders
      .filter((folder) => needed.every((program) => isProgram(join(folder, program))))
      .map(async (folder) => await versionIn(folder, needed[0])),
  );
  const programs = found.filter((one) => one !== undefined).toSorted((one, other) => other.version - one.version);
  const major = majorOf(serverVersion);
  const best =
    programs.find(({ version }) => majorOf(version) === major) ??
    programs.find(({ version }) => majorOf(version) > major);
  if (best !== undefined) return best;
  throw missing(search, programs[0]);
}

const majorOf = (version: number): number => Math.floor(version / 10_000);

async function knownFolders(): Promise<readonly string[]> {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const configured = await output("pg_config", ["--bindir"]);
  const versioned = VERSIONED.flatMap(([parent, rest]) => {
    try {
      return readdirSync(parent)
        .filter((name) => /^(?:postgresql@|pgsql-|libpq$)?[\d.]*$/.test(name))
        .map((name) => join(parent, name, rest));
    } catch {
      return [];
    }
  });
  return [...new Set([...onPath, ...(configured === undefined ? [] : [configured.trim()]), ...versioned])];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    // Debian's wrapper chooses by the clusters of this machine, not by the server that is asked for.
    return !realpathSync(path).endsWith("pg_wrapper");
  } catch {
    return false;
  }
}

async function versionIn(folder: string, program: ClientProgram): Promise<ClientPrograms | undefined> {
  const text = await output(join(folder, program), ["--version"]);
  const [, shown, major, minor] = /\(PostgreSQL\) ((\d+)(?:\.(\d+)|\w*))/.exec(text ?? "") ?? [];
  return shown === undefined ? undefined : { folder, shown, version: Number(major) * 10_000 + Number(minor ?? 0) };
}

async function output(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(program, args, { timeout: 10_000 })).stdout;
  } catch {
    return undefined;
  }
}

function missing({ needed, serverVersion, named }: ProgramSearch, newest: ClientPrograms | undefined): LockkeeperError {
  const major = majorOf(serverVersion);
  const names = needed.join(" and ");
  const where = named === undefined ? "on this machine" : `in ${named}`;
  const what =
    newest === undefined
      ? `There is no ${names} ${where}.`
      : `${names} ${newest.shown} in ${newest.folder} is older than the server, which is PostgreSQL ${major}.`;
  return new LockkeeperError("client_program_missing", {
    message: what,
    notDone: "Nothing was begun.",
    action: `Install the client programs of PostgreSQL ${major} (Debian and Ubuntu: apt-get install postgresql-client-${major}; Homebrew: brew install postgresql@${major}), or name their folder: \`backup.programs\`.`,
    data: { programs: needed, major, ...(newest === undefined ? {} : { found: newest.shown }) },
  });
}
