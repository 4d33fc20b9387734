import { mkdirSync } from "node:fs";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { programEnvironment } from "../../postgres/program-environment.ts";
import { backupFailed } from "./backup-failed.ts";
import type { CopyMaker, ProviderSettings } from "./provider.ts";
import { type ProgramEnd, runProgram, toldEnd } from "./run-program.ts";

export interface OwnCommand {
  readonly command: string;
  readonly id: string;
  /** URL of the database that is backed up. */
  readonly url: string;
  /** Where the command may put files, and its working directory. */
  readonly data: string;
  /** What the backup is called where it is; for the command that verifies. */
  readonly reference?: string | null;
  readonly signal: AbortSignal;
}

/** Runs a command of the user's: the shell reads it, and its environment leads to the database. */
export async function runOwnCommand({ command, id, url, data, reference, signal }: OwnCommand): Promise<ProgramEnd> {
  const env = {
    ...programEnvironment(url, false),
    BACKUP_ID: id,
    BACKUP_FOLDER: data,
    ...(reference === undefined || reference === null ? {} : { BACKUP_REFERENCE: reference }),
  };
  return await runProgram({ program: "/bin/sh", args: ["-c", command], env, cwd: data, signal });
}

/** The last line that a command printed; null when it printed none. */
export const lastLine = ({ stdout }: ProgramEnd): string | null => stdout.trim().split("\n").at(-1)?.trim() || null;

/** @throws LockkeeperError `config_invalid` when a command is missing */
export function ownCommand({ command, verifyCommand }: ProviderSettings): CopyMaker {
  if (command === undefined || verifyCommand === undefined) {
    const key = command === undefined ? "backup.command" : "backup.verifyCommand";
    throw new LockkeeperError("config_invalid", {
      message: `\`${key}\` is missing: backups are made and verified by commands of yours.`,
      notDone: "Nothing was begun.",
      data: { key },
    });
  }
  return {
    program: "command",
    isExact: false,
    holdsUnlogged: false,
    async copy({ id, url, data, signal }) {
      mkdirSync(data, { mode: 0o700 });
      const end = await runOwnCommand({ command, id, url, data, signal });
      if (end.code !== 0) throw backupFailed("The command `backup.command`", toldEnd(end));
      return lastLine(end);
    },
  };
}
