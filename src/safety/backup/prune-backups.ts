import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Backup, Retention } from "./backup.ts";
import { checkFiles } from "./backup-files.ts";
import { removeBackup } from "./backup-folder.ts";
import { backupsByDatabase } from "./backups-by-database.ts";

/** What becomes of a backup, and why. */
export interface Fate {
  readonly backup: Backup;
  readonly keep: boolean;
  readonly why: string;
}

/**
 * What a policy removes of the backups in a folder. It holds for those of each database by itself: the backups of one are
 * no reason to let those of another go.
 *
 * @param backups the newest first
 * @param now ms since 1970
 * @returns in the order of `backups`
 */
export async function fatesInFolder(
  backups: readonly Backup[],
  retention: Retention,
  now: number,
  signal: AbortSignal,
): Promise<readonly Fate[]> {
  const fates = new Map<Backup, Fate>();
  for (const group of backupsByDatabase(backups)) {
    for (const fate of fatesOf(group, retention, await lastGoodOf(group, signal), now)) fates.set(fate.backup, fate);
  }
  return backups.flatMap((backup) => fates.get(backup) ?? []);
}

/**
 * What a policy removes: what neither the number nor the age keeps. Without a policy nothing goes.
 *
 * @param backups of one database, the newest first
 * @param lastGood the newest one that was verified and is still whole, which stays whatever the policy says
 * @param now ms since 1970
 */
export function fatesOf(
  backups: readonly Backup[],
  { keep, keepForMs }: Retention,
  lastGood: Backup | undefined,
  now: number,
): readonly Fate[] {
  return backups.map((backup, at) => {
    const age = now - Date.parse(backup.takenAt);
    if (keep === null && keepForMs === null) return { backup, keep: true, why: "no policy says otherwise" };
    if (keep !== null && at < keep) return { backup, keep: true, why: `among the newest ${keep}` };
    if (keepForMs !== null && age < keepForMs) return { backup, keep: true, why: "young enough" };
    if (backup.id === lastGood?.id) return { backup, keep: true, why: "the last that was verified" };
    return { backup, keep: false, why: "the policy keeps it no longer" };
  });
}

/**
 * The newest backup that was verified and whose files are still what they were: one that was damaged since is no reason
 * to let those before it go.
 */
async function lastGoodOf(backups: readonly Backup[], signal: AbortSignal): Promise<Backup | undefined> {
  for (const backup of backups) {
    if (backup.verification === null) continue;
    try {
      await checkFiles(backup, signal);
      return backup;
    } catch (error) {
      if (!(error instanceof LockkeeperError)) throw error;
    }
  }
  return undefined;
}

/**
 * Removes backups, the oldest first.
 *
 * @throws LockkeeperError `backup_failed` when one cannot be removed
 */
export function removeBackups(fates: readonly Fate[]): void {
  for (const { backup, keep } of fates.toReversed()) {
    if (!keep) removeBackup(backup.folder);
  }
}
