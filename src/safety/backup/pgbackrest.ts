import { mkdirSync } from "node:fs";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { backupFailed } from "./backup-failed.ts";
import type { CopyMaker, ProviderSettings } from "./provider.ts";
import { type ProgramEnd, runProgram, toldEnd } from "./run-program.ts";

const PROGRAM = "pgbackrest";

/** Its own configuration says where the repository is and who may read it. */
export const PGBACKREST = {
  version: (): readonly string[] => ["version"],
  backup: (stanza: string): readonly string[] => [`--stanza=${stanza}`, "backup"],
  info: (stanza: string): readonly string[] => [`--stanza=${stanza}`, "--output=json", "info"],
  /** Only so far as the copy is consistent: what came after it is no part of the backup. */
  restore: (stanza: string, label: string, data: string): readonly string[] => [
    `--stanza=${stanza}`,
    `--set=${label}`,
    `--pg1-path=${data}`,
    "--type=immediate",
    "--target-action=promote",
    "--archive-mode=off",
    "restore",
  ],
} as const;

/**
 * A backup in pgBackRest's repository; the folder holds what is known of it.
 *
 * @throws LockkeeperError `client_program_missing`, `config_invalid` without a stanza
 */
export async function pgBackrest({ stanza }: ProviderSettings, signal: AbortSignal): Promise<CopyMaker> {
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
  return {
    program: version.stdout.trim(),
    isExact: false,
    holdsUnlogged: false,
    async copy({ data, signal: asked }) {
      mkdirSync(data, { mode: 0o700 });
      const end = await run(PGBACKREST.backup(stanza), asked);
      if (end.code !== 0) throw backupFailed(PROGRAM, toldEnd(end));
      const info = await run(PGBACKREST.info(stanza), asked);
      const label = newestLabel(info.stdout);
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

const run = (args: readonly string[], signal: AbortSignal): Promise<ProgramEnd> =>
  runProgram({ program: PROGRAM, args, env: process.env, signal });

/** @param json what `pgbackrest --output=json info` prints for one stanza */
export function newestLabel(json: string): string | undefined {
  try {
    const stanzas = JSON.parse(json) as readonly { readonly backup?: readonly { readonly label?: string }[] }[];
    return stanzas[0]?.backup?.at(-1)?.label;
  } catch {
    return undefined;
  }
}
