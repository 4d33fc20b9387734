import { type Dirent, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Backup } from "./backup.ts";
import { isAtWork, isBackupName, PARTIAL } from "./backup-folder.ts";
import { readManifest } from "./manifest.ts";

/** A folder of a backup that is none, and why. */
export interface BadBackup {
  readonly id: string;
  readonly folder: string;
  readonly error: LockkeeperError;
}

/** A backup that was begun. */
export interface UnfinishedBackup {
  readonly id: string;
  readonly folder: string;
  /** ISO 8601. */
  readonly since: string;
  /** False: whoever began it was killed. */
  readonly atWork: boolean;
}

export interface Backups {
  /** The newest first. Their files are not read: see `checkFiles`. */
  readonly backups: readonly Backup[];
  readonly bad: readonly BadBackup[];
  readonly unfinished: readonly UnfinishedBackup[];
}

/**
 * What is in the folder of the backups; nothing where there is no such folder. What is not ours is passed over.
 *
 * @throws LockkeeperError `backup_failed` when the folder cannot be read
 */
export function readBackups(folder: string): Backups {
  const backups: Backup[] = [];
  const bad: BadBackup[] = [];
  const unfinished: UnfinishedBackup[] = [];
  const names = entriesOf(folder)
    .filter((entry) => entry.isDirectory() && isBackupName(entry.name))
    .map(({ name }) => name)
    .toSorted()
    .toReversed();
  for (const name of names) {
    const path = join(resolve(folder), name);
    if (name.endsWith(PARTIAL)) {
      const id = name.slice(0, -PARTIAL.length);
      const { birthtime } = statSync(path);
      unfinished.push({ id, folder: path, since: birthtime.toISOString(), atWork: isAtWork(path) });
      continue;
    }
    try {
      backups.push(readManifest(path));
    } catch (error) {
      if (!(error instanceof LockkeeperError)) throw error;
      bad.push({ id: name, folder: path, error });
    }
  }
  // Names tell seconds.
  backups.sort((one, other) => Date.parse(other.takenAt) - Date.parse(one.takenAt));
  return { backups, bad, unfinished };
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new LockkeeperError("backup_failed", {
      message: `The folder of the backups, ${folder}, cannot be read (${code}).`,
      notDone: "No backup was looked at.",
      action: "Name a folder that this account may read and write: `backup.folder`.",
      cause: error,
    });
  }
}
