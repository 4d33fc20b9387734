import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Session } from "../../postgres/session.ts";
import { readEvidence } from "../evidence.ts";
import type { Backup, BackupReport, BackupSource } from "./backup.ts";
import { backupsByDatabase } from "./backups-by-database.ts";
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
  const verdicts = await verdictsOf(session);
  return backups.find((backup) => isOf(backup, source) && verdicts(backup) === true);
}

/**
 * What the evidence said last of each backup: whether it held, undefined where it says nothing.
 *
 * @param session in the database
 */
export async function verdictsOf(
  session: Session,
): Promise<(backup: Pick<Backup, "id" | "digest">) => boolean | undefined> {
  const latest = new Map<string, boolean>();
  for (const { held, report } of await readEvidence<BackupReport>(session, "backup", 1_000)) {
    const key = `${report.id} ${report.digest}`;
    if (!latest.has(key)) latest.set(key, held);
  }
  return ({ id, digest }) => latest.get(`${id} ${digest}`);
}

/**
 * @param id of the one that is wanted; the newest when undefined
 * @param database of which the newest is wanted; any when undefined
 * @throws LockkeeperError `backup_not_found`, `backup_invalid` for one that cannot be read
 */
export function findBackup(folder: string, id: string | undefined, database?: string): Backup {
  const { backups, bad, unfinished } = readBackups(folder);
  // Silently taking the one before would hide that the newest is none.
  const wanted =
    id ??
    [...backups.filter(({ source }) => database === undefined || source.database === database), ...bad]
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
          ? `There is no backup${ofDatabase(database)} in ${folder}.`
          : `There is no backup ${id} in ${folder}.`
        : `Backup ${id} ${begun.atWork ? "is being taken" : "was never finished: whoever took it was killed"}.`,
    notDone: "Nothing was restored.",
  });
}

/**
 * What is restored where none is named: the newest backup that was verified and has not failed since. As the files say,
 * for the database may be away, which is why one restores.
 *
 * @param database that the backup is to be of; when undefined, the folder must hold backups of one only
 * @returns with those that are newer, and are passed over
 * @throws LockkeeperError `backup_not_found` when none was verified, or several databases have one; `backup_failed`
 */
export function newestToRestore(
  folder: string,
  database: string | undefined,
): { readonly backup: Backup; readonly passedOver: readonly string[] } {
  const { backups: all, bad } = readBackups(folder);
  const backups = all.filter(({ source }) => database === undefined || source.database === database);
  const verified = backups.filter(({ verification }) => verification !== null);
  const newestOfEach = backupsByDatabase(verified).flatMap(([newest]) => newest ?? []);
  if (newestOfEach.length > 1) throw ofSeveral(folder, newestOfEach);
  const [backup] = newestOfEach;
  if (backup === undefined) throw noneVerified(folder, database, backups);
  const newer = backups.slice(0, backups.indexOf(backup)).map(({ id }) => id);
  // The name begins with the time; there is no manifest to ask.
  const spoilt = bad.map(({ id }) => id).filter((id) => id > backup.id);
  return { backup, passedOver: [...newer, ...spoilt] };
}

/** Rows of another database would come out of the wrong one, and nothing would tell. */
function ofSeveral(folder: string, newestOfEach: readonly Backup[]): LockkeeperError {
  const shown = newestOfEach.map(
    ({ id, source, takenAt }) =>
      `${id}: ${source.database}${source.systemIdentifier === null ? "" : ` of cluster ${source.systemIdentifier}`}, taken ${takenAt}`,
  );
  return new LockkeeperError("backup_not_found", {
    message: `In ${folder} there are verified backups of several databases; the newest of each:\n  ${shown.join("\n  ")}`,
    notDone: "Nothing was restored.",
    action: "Name the one that is wanted: `lockkeeper backup restore ID --into URL`.",
    data: { backups: newestOfEach.map(({ id }) => id) },
  });
}

function noneVerified(folder: string, database: string | undefined, backups: readonly Backup[]): LockkeeperError {
  const [newest] = backups;
  if (newest === undefined) {
    return new LockkeeperError("backup_not_found", {
      message: `There is no backup${ofDatabase(database)} in ${folder}.`,
      notDone: "Nothing was restored.",
      ...(database === undefined
        ? {}
        : {
            action:
              "`lockkeeper backup list` shows what there is; that of another database is restored when it is named: `lockkeeper backup restore ID --into URL`.",
          }),
    });
  }
  const { id, failure } = newest;
  return new LockkeeperError("backup_not_found", {
    message: `No backup${ofDatabase(database)} in ${folder} was verified. ${failure === undefined ? `The newest, ${id}, was never restored to see whether it holds.` : `The verification of the newest, ${id}, failed: ${failure.message}`}`,
    notDone: "Nothing was restored.",
    action: `Verify it: \`lockkeeper backup verify ${id}\`. What was not verified is restored only when it is named: \`lockkeeper backup restore ${id} --into URL\`.`,
    data: { backup: id },
  });
}

const ofDatabase = (database: string | undefined): string => (database === undefined ? "" : ` of ${database}`);

/** Whether a backup is of this database: a cluster that says who it is, is asked. */
export const isOf = ({ source }: Pick<Backup, "source">, live: BackupSource): boolean =>
  source.database === live.database &&
  (source.systemIdentifier === null ||
    live.systemIdentifier === null ||
    source.systemIdentifier === live.systemIdentifier);
