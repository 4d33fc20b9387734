import type { Backup } from "./backup.ts";

/**
 * Backups of several databases may lie in one folder: those of each, in the order in which they were given. Two clusters
 * that have a database of the same name have two databases.
 */
export function backupsByDatabase(backups: readonly Backup[]): readonly (readonly Backup[])[] {
  const groups = new Map<string, Backup[]>();
  for (const backup of backups) {
    const key = JSON.stringify([backup.source.database, backup.source.systemIdentifier]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [backup]);
    else group.push(backup);
  }
  return [...groups.values()];
}
