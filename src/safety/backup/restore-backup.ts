import { cp } from "node:fs/promises";
import { join } from "node:path";
import { makeRoles, makeRolesOf } from "../../desired/roles-of-catalog.ts";
import { storedCatalog } from "../../desired/stored-catalog.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { describeDatabase } from "../../postgres/database-url.ts";
import { startEmbeddedServer } from "../../postgres/embedded-server.ts";
import { programEnvironment } from "../../postgres/program-environment.ts";
import { createScratchDatabase, scratchToKeep } from "../../postgres/scratch-database.ts";
import { databaseError } from "../../postgres/server-error.ts";
import { connect } from "../../postgres/session.ts";
import type { Backup } from "./backup.ts";
import { catalogPath, checkFiles, dataPath } from "./backup-files.ts";
import { backupForeign, restoreFailed } from "./backup-unusable.ts";
import { findClientPrograms } from "./client-programs.ts";
import { restoreFromPgBackrest } from "./pgbackrest.ts";
import type { ProviderSettings } from "./provider.ts";
import { runProgram, toldEnd } from "./run-program.ts";

/** Where a backup is to be restored. */
export interface RestoreInto {
  /** URL of any database of a server, under a role that may create databases; an embedded server when undefined. */
  readonly server?: string | undefined;
  /** Name of a database that is not there yet, and stays; a scratch database when undefined. Needs `server`. */
  readonly database?: string | undefined;
}

export interface RestoreOptions extends Pick<ProviderSettings, "programs" | "jobs" | "stanza"> {
  readonly signal: AbortSignal;
}

/** A restored copy. Disposing of it drops a scratch database, and stops a server of ours. */
export interface RestoredBackup extends AsyncDisposable {
  readonly url: string;
  /** Of another database of the same server, under a role that may create databases. */
  readonly server: string;
  readonly place: "embedded server" | "named server";
  /** In whole sentences, in what it cannot be as the database was. */
  readonly notes: readonly string[];
  readonly restoreMs: number;
}

/**
 * Restores a backup, after all its files were held against its manifest. Never into a database that is there.
 *
 * @throws LockkeeperError `backup_invalid`; `backup_foreign` when the server is of another major version;
 *   `backup_restore_failed` when it cannot be restored, or its kind cannot be restored there; `backup_no_space`,
 *   `client_program_missing`, `scratch_unavailable`, `embedded_missing`, `interrupted`
 */
export async function restoreBackup(
  backup: Backup,
  into: RestoreInto,
  options: RestoreOptions,
): Promise<RestoredBackup> {
  await checkFiles(backup, options.signal);
  const begun = performance.now();
  const restored = await (backup.provider === "pg_dump"
    ? restoreDump(backup, into, options)
    : restorePhysical(backup, into, options));
  return { ...restored, restoreMs: Math.round(performance.now() - begun) };
}

type Restored = Omit<RestoredBackup, "restoreMs">;

interface Target extends Restored {
  /** Drops what was made, also what would stay otherwise. */
  abandon(): Promise<void>;
  /** Gives what is whole the name under which it is looked for. @returns its URL then */
  finish(): Promise<string>;
}

async function restoreDump(backup: Backup, into: RestoreInto, options: RestoreOptions): Promise<Restored> {
  const { serverVersion } = backup.source;
  const { folder } = await findClientPrograms({
    needed: ["pg_restore"],
    serverVersion,
    named: options.programs,
  });
  if (into.server !== undefined) await refuseOtherMajor(backup, into.server);
  const target = await makeDatabase(backup, into);
  try {
    await prepare(backup, target);
    await pgRestore(backup, target, { program: join(folder, "pg_restore"), ...options });
    return { ...target, url: await target.finish() };
  } catch (error) {
    await target.abandon();
    throw error;
  }
}

/** What a dump takes to be there, or not. */
async function prepare(backup: Backup, { url, place }: Target): Promise<void> {
  const catalog = storedCatalog(catalogPath(backup), "/");
  await using session = await connect(url, { applicationName: "lockkeeper backup" });
  if (place === "embedded server") {
    await makeRolesOf(session, [catalog]);
    // The catalog does not speak of all that is in the dump: Lockkeeper's own schema has grants too.
    await makeRoles(session, backup.roles ?? []);
  }
  // A dump does not take away what a new database has.
  if (!catalog.schemas.some(({ name }) => name === "public")) await session.query("DROP SCHEMA IF EXISTS public");
}

async function pgRestore(
  backup: Backup,
  { url, place }: Target,
  { program, jobs, signal }: RestoreOptions & { readonly program: string },
): Promise<void> {
  const isOurs = place === "embedded server";
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const args = [
    "--format=directory",
    `--dbname=dbname='${name.replace(/['\\]/g, "\\$&")}'`,
    `--jobs=${jobs}`,
    "--exit-on-error",
    "--no-tablespaces",
    "--no-password",
    // Who owns what depends on roles that a server of the user's may not have.
    ...(isOurs ? [] : ["--no-owner", "--no-privileges"]),
    dataPath(backup),
  ];
  const end = await runProgram({ program, args, env: programEnvironment(url, isOurs), signal });
  if (end.code !== 0) throw restoreFailed(backup.id, `pg_restore ${toldEnd(end)}`);
}

/** What another major version makes of a dump says little about this one. */
async function refuseOtherMajor({ id, source }: Backup, server: string): Promise<void> {
  await using session = await connect(server, { applicationName: "lockkeeper backup" });
  const [row] = await session.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const [wanted, found] = [source.serverVersion, row?.version ?? 0].map((version) => Math.floor(version / 10_000));
  if (wanted === found) return;
  throw backupForeign(
    id,
    "server version",
    `it is of PostgreSQL ${wanted}, and ${describeDatabase(server)} is PostgreSQL ${found}.`,
    `Name a server of PostgreSQL ${wanted}, or none: an embedded one is taken.`,
  );
}

async function makeDatabase({ id, source }: Backup, { server, database }: RestoreInto): Promise<Target> {
  if (server === undefined || database === undefined) {
    const major = Math.floor(source.serverVersion / 10_000);
    const scratch = await createScratchDatabase({ named: server, major, locale: source.locale });
    const place = scratch.place === "embedded server" ? scratch.place : "named server";
    const drop = (): Promise<void> => Promise.resolve(scratch[Symbol.asyncDispose]());
    const { url, notes } = scratch;
    const finish = async (): Promise<string> => url;
    return { url, server: scratch.server, place, notes, finish, abandon: drop, [Symbol.asyncDispose]: drop };
  }
  return await makeNamed({ id, source }, server, database);
}

/** Under a name of ours until all of it is there: half of a database must not be taken for a whole one. */
async function makeNamed(
  { id, source }: Pick<Backup, "id" | "source">,
  server: string,
  database: string,
): Promise<Target> {
  const where = new URL(server);
  where.pathname = `/${encodeURIComponent(database)}`;
  const shown = describeDatabase(where.href);
  const isThere = (): LockkeeperError =>
    notMade(
      id,
      `there is a database ${shown} already.`,
      "Name one that is not there yet: a backup is never restored into a database that is there.",
    );
  await using admin = await connect(server, { applicationName: "lockkeeper backup" });
  const [taken] = await admin.query("SELECT FROM pg_database WHERE datname = $1", [database]);
  if (taken !== undefined) throw isThere();
  const made = await scratchToKeep(server, source.locale).catch((error: unknown) => {
    throw restoreFailed(id, error instanceof Error ? error.message : String(error), error);
  });
  if ("refused" in made) {
    const [row] = await admin.query<{ role: string }>("SELECT quote_ident(current_user) AS role");
    const role = row?.role ?? "the role";
    throw notMade(
      id,
      `the role ${role} may not make the database ${shown}: it has no right to create databases.`,
      `Give it the right (ALTER ROLE ${role} CREATEDB), or name a role in the URL that has it.`,
    );
  }
  return {
    url: made.url,
    server,
    place: "named server",
    notes: made.notes,
    async finish() {
      try {
        await made.keepAs(database);
      } catch (error) {
        if (databaseError(error)?.code === DUPLICATE_DATABASE) throw isThere();
        throw error;
      }
      return where.href;
    },
    abandon: async () => made[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {},
  };
}

/** Why there is no database to restore into; the backup itself is not at fault. */
const notMade = (id: string, what: string, action: string): LockkeeperError =>
  new LockkeeperError("backup_restore_failed", {
    message: `Backup ${id} was not restored: ${what}`,
    notDone: "Nothing was restored or changed.",
    action,
    data: { backup: id },
  });

const DUPLICATE_DATABASE = "42P04";

/** A copy of files has to be started, which writes into them: a copy of the copy. */
async function restorePhysical(backup: Backup, into: RestoreInto, options: RestoreOptions): Promise<Restored> {
  const { id, provider, reference, source } = backup;
  if (into.server !== undefined || provider === "command") {
    throw new LockkeeperError("backup_restore_failed", {
      message: `Backup ${id} is of ${provider}, and ${provider === "command" ? "only a command of yours restores it" : "cannot be restored into a server that runs"}.`,
      notDone: "Nothing was restored.",
      action: "Restore it by hand, or take a backup with pg_dump.",
    });
  }
  const { signal, stanza } = options;
  if (provider === "pg_basebackup") await pgVerifybackup(backup, options);
  const fill = async (data: string): Promise<void> => {
    try {
      if (provider === "pg_basebackup") {
        await cp(dataPath(backup), data, { recursive: true, verbatimSymlinks: true });
        return;
      }
      const end = await restoreFromPgBackrest({ stanza: stanza ?? "", label: reference ?? "", data }, signal);
      if (end.code !== 0) throw new Error(`pgbackrest ${toldEnd(end)}`);
    } catch (error) {
      throw restoreFailed(id, error instanceof Error ? error.message : String(error), error);
    }
  };
  const server = await startEmbeddedServer({
    major: Math.floor(source.serverVersion / 10_000),
    settings: PHYSICAL_SETTINGS,
    fill,
  }).catch((error: unknown) => {
    if (error instanceof LockkeeperError && error.code === "embedded_failed")
      throw restoreFailed(id, error.message, error);
    throw error;
  });
  const urlOf = (database: string): string => {
    const url = new URL(server.url());
    url.username = encodeURIComponent(source.superuser);
    url.pathname = `/${encodeURIComponent(database)}`;
    return url.href;
  };
  return {
    url: urlOf(source.database),
    server: urlOf("postgres"),
    place: "embedded server",
    notes: [],
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** What the server itself said of the files that it sent, and whether the log that belongs to them is whole. */
async function pgVerifybackup(backup: Backup, { programs, signal }: RestoreOptions): Promise<void> {
  const { folder } = await findClientPrograms({
    needed: ["pg_verifybackup"],
    serverVersion: backup.source.serverVersion,
    named: programs,
  });
  // It looks for pg_waldump beside itself.
  const env = { ...process.env, LC_ALL: "C" };
  const program = join(folder, "pg_verifybackup");
  const end = await runProgram({ program, args: ["--quiet", dataPath(backup)], env, signal });
  if (end.code !== 0) throw restoreFailed(backup.id, `pg_verifybackup ${toldEnd(end)}`);
}

/** Without hot standby nothing depends on settings of the server that was copied. */
const PHYSICAL_SETTINGS = {
  autovacuum: "off",
  fsync: "off",
  full_page_writes: "off",
  hot_standby: "off",
  log_min_messages: "fatal",
  max_connections: "200",
  max_prepared_transactions: "200",
};
