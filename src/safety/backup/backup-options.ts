import { parseAge } from "../../config/duration.ts";
import type { BackupSettings } from "../../config/load-config.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { BackupProvider, Retention } from "./backup.ts";
import type { ProviderSettings } from "./provider.ts";

/** What is said on the command line. */
export interface BackupOverrides {
  readonly folder?: string;
  readonly provider?: BackupProvider;
  readonly jobs?: number;
  readonly keep?: number;
  readonly keepFor?: string;
}

const DEFAULT_FOLDER = "backups";
const DEFAULT_JOBS = 4;

/** How backups are made, where they are and how long they stay. */
export interface BackupOptions extends ProviderSettings {
  readonly folder: string;
  readonly retention: Retention;
}

/** @throws LockkeeperError `usage` for an age that is none */
export function backupOptions(
  { backup }: { readonly backup: BackupSettings },
  flags: BackupOverrides = {},
): BackupOptions {
  const keepForMs = flags.keepFor === undefined ? backup.keepForMs : parseAge(flags.keepFor);
  if (flags.keepFor !== undefined && keepForMs === undefined) {
    throw new LockkeeperError("usage", {
      message: "--keep-for is no age.",
      notDone: "Nothing was run.",
      action: "Write it such as 12h, 30d or 2w.",
    });
  }
  return {
    folder: flags.folder ?? backup.folder ?? DEFAULT_FOLDER,
    provider: flags.provider ?? backup.provider ?? impliedProvider(backup),
    jobs: flags.jobs ?? backup.jobs ?? DEFAULT_JOBS,
    programs: backup.programs,
    command: backup.command,
    verifyCommand: backup.verifyCommand,
    stanza: backup.stanza,
    retention: { keep: flags.keep ?? backup.keep ?? null, keepForMs: keepForMs ?? null },
  };
}

function impliedProvider({ command, stanza }: BackupSettings): BackupProvider {
  if (command !== undefined) return "command";
  return stanza === undefined ? "pg_dump" : "pgbackrest";
}
