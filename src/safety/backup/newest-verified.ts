import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Session } from "../../postgres/session.ts";
import { readEvidence } from "../evidence.ts";
import type { Backup, BackupReport, BackupSource } from "./backup.ts";
import { describeSource } from "./describe-database.ts";
import { readBackups } from "./read-backups.ts";

/**
 * The newest backup of this database that was restored and compared, by the evidence that the database itself holds: what
 * a file says of itself anybody can write. Whether its schema is still the database's is for the caller to ask.
 *
 * @param session in the database
 * @param folder of the backups
 * @throws LockkeeperError `backup_failed` when the folder cannot be read
 */
export async function newestVerified(session: Session, folder: string): Promise<Backup | undefined> {
  const source = await describeSource(session);
  const { backups } = readBackups(folder);
  const latest = new Map<string, boolean>();
  for (const { held, report } of await readEvidence<BackupReport>(session, "backup", 1_000)) {
    const key = `${report.id} ${report.digest}`;
    if (!latest.has(key)) latest.set(key, held);
  }
  return backups.find((backup) => isOf(backup, source) && latest.get(`${backup.id} ${backup.digest}`) === true);
}

/**
 * @param id of the one that is wanted; the newest when undefined
 * @throws LockkeeperError `backup_not_found`, `backup_invalid` for one that cannot be read
 */
export function findBackup(folder: string, id: string | undefined): Backup {
  const { backups, bad, unfinished } = readBackups(folder);
  // Silently taking the one before would hide that the newest is none.
  const wanted =
    id ??
    [...backups, ...bad]
      .map((one) => one.id)
      .toSorted()
      .at(-1);
  const found = backups.find((backup) => backup.id === wanted);
  if (found !== undefined) return found;
  const wrong = bad.find((one) => one.id === wanted);
  if (wrong !== undefined) throw wrong.error;
  const begun = unfinished.find((one) => one.id === id);
  throw new LockkeeperError("backup_not_found", {
    message:
      begun === undefined
        ? id === undefined
          ? `There is no backup in ${folder}.`
          : `There is no backup ${id} in ${folder}.`
        : `Backup ${id} ${begun.atWork ? "is being taken" : "was never finished: whoever took it was killed"}.`,
    notDone: "Nothing was restored.",
  });
}

/** Whether a backup is of this database: a cluster that says who it is, is asked. */
export const isOf = ({ source }: Pick<Backup, "source">, live: BackupSource): boolean =>
  source.database === live.database &&
  (source.systemIdentifier === null ||
    live.systemIdentifier === null ||
    source.systemIdentifier === live.systemIdentifier);
