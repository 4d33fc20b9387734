import { mkdirSync } from "node:fs";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { BackupSource } from "./backup.ts";
import { backupFailed } from "./backup-failed.ts";
import type { CopyMaker, ProviderSettings } from "./provider.ts";
import { type ProgramEnd, runProgram, toldEnd } from "./run-program.ts";

const PROGRAM = "pgbackrest";

/** Its own configuration says where the repository is and who may read it. */
const PGBACKREST = {
  version: (): readonly string[] => ["version"],
  /** With the log that makes it consistent: whoever restores it need not be able to read the archive. */
  backup: (stanza: string): readonly string[] => [`--stanza=${stanza}`, "--archive-copy", "backup"],
  info: (stanza: string): readonly string[] => [`--stanza=${stanza}`, "--output=json", "info"],
  /** Only so far as the copy is consistent, by the log that it holds: what came after it is no part of the backup. */
  restore: (stanza: string, label: string, data: string): readonly string[] => [
    `--stanza=${stanza}`,
    `--set=${label}`,
    `--pg1-path=${data}`,
    "--type=none",
    "restore",
  ],
} as const;

/**
 * A backup in pgBackRest's repository; the folder holds what is known of it.
 *
 * @throws LockkeeperError `client_program_missing`, `config_invalid` without a stanza, `backup_failed` for one of another
 *   server
 */
export async function pgBackrest(
  { stanza }: ProviderSettings,
  { systemIdentifier }: Pick<BackupSource, "systemIdentifier">,
  signal: AbortSignal,
): Promise<CopyMaker> {
  if (stanza === undefined) {
    throw new LockkeeperError("config_invalid", {
      message: "`backup.stanza` is missing: the stanza of pgBackRest's configuration.",
      notDone: "Nothing was begun.",
      data: { key: "backup.stanza" },
    });
  }
  const version = await run(PGBACKREST.version(), signal);
  if (version.code !== 0) {
    throw new LockkeeperError("client_program_missing", {
      message: `pgBackRest cannot be run: ${toldEnd(version)}`,
      notDone: "Nothing was begun.",
      action: "Install pgBackRest (Debian and Ubuntu: apt-get install pgbackrest), or take another `backup.provider`.",
      data: { programs: [PROGRAM] },
    });
  }
  const { cluster } = toldBy(await run(PGBACKREST.info(stanza), signal));
  if (cluster !== undefined && systemIdentifier !== null && cluster !== systemIdentifier) {
    throw new LockkeeperError("backup_failed", {
      message: `The stanza ${stanza} is of another server (system identifier ${cluster}, and not ${systemIdentifier}).`,
      notDone: "Nothing was begun.",
      action: "Name the stanza of this server: `backup.stanza`.",
    });
  }
  return {
    program: version.stdout.trim(),
    isExact: false,
    holdsUnlogged: false,
    async copy({ data, signal: asked }) {
      mkdirSync(data, { mode: 0o700 });
      const end = await run(PGBACKREST.backup(stanza), asked);
      if (end.code !== 0) throw backupFailed(PROGRAM, toldEnd(end));
      const { label } = toldBy(await run(PGBACKREST.info(stanza), asked));
      if (label === undefined) throw backupFailed(PROGRAM, "it does not list the backup that it made");
      return label;
    },
  };
}

/** Restores a backup into a folder. @throws LockkeeperError `backup_failed` */
export async function restoreFromPgBackrest(
  { stanza, label, data }: { readonly stanza: string; readonly label: string; readonly data: string },
  signal: AbortSignal,
): Promise<ProgramEnd> {
  mkdirSync(data, { mode: 0o700 });
  return await run(PGBACKREST.restore(stanza, label, data), signal);
}

/** A repository may hold years. */
const KEPT = 2 ** 28;

const run = (args: readonly string[], signal: AbortSignal): Promise<ProgramEnd> =>
  runProgram({ program: PROGRAM, args, env: process.env, kept: KEPT, signal });

/** What it tells of one stanza. */
interface Told {
  /** The newest backup. */
  readonly label?: string | undefined;
  /** System identifier of the server, as it was when the stanza was made or upgraded last. */
  readonly cluster?: string | undefined;
}

/** Identifiers have more digits than a number of JavaScript takes. */
const CLUSTERS = /"system-id"\s*:\s*"?(\d+)/g;

function toldBy({ stdout }: ProgramEnd): Told {
  try {
    const stanzas = JSON.parse(stdout) as readonly { readonly backup?: readonly { readonly label?: string }[] }[];
    return { label: stanzas[0]?.backup?.at(-1)?.label, cluster: [...stdout.matchAll(CLUSTERS)].at(-1)?.[1] };
  } catch {
    return {};
  }
}
