import type { Session } from "../../postgres/session.ts";
import type { Backup, BackupProvider } from "./backup.ts";
import { backupStamp } from "./backup-folder.ts";
import { describeSource } from "./describe-database.ts";
import { isOf, verdictsOf } from "./newest-verified.ts";
import { type BadBackup, readBackups } from "./read-backups.ts";

export interface UntriedOptions {
  /** Of the backups. */
  readonly folder: string;
  /** Who makes backups now. */
  readonly provider: BackupProvider;
  /** How old its data may be, ms. */
  readonly withinMs: number;
  /** Fingerprint of the schema that the database has, without owners and grants. */
  readonly catalog: string;
}

export interface Untried {
  /** The newest backup of this database, as it is now, that was taken and never verified. */
  readonly backup: Backup | undefined;
  /** What is as young, and cannot be read. */
  readonly spoilt: readonly BadBackup[];
}

/**
 * What was taken and could be verified instead of another one. Only manifests are read.
 *
 * @param session in the database
 * @throws LockkeeperError `backup_failed` when the folder cannot be read
 */
export async function newestUntried(session: Session, options: UntriedOptions): Promise<Untried> {
  const { folder, provider, withinMs, catalog } = options;
  const { backups, bad } = readBackups(folder);
  const live = await describeSource(session);
  const verdicts = await verdictsOf(session);
  const [clock] = await session.query<{ now: string }>("SELECT to_json(clock_timestamp()) #>> '{}' AS now");
  const since = Date.parse(clock?.now ?? "") - withinMs;
  const majorOf = (version: number): number => Math.floor(version / 10_000);
  const backup = backups.find(
    (one) =>
      isOf(one, live) &&
      majorOf(one.source.serverVersion) === majorOf(live.serverVersion) &&
      one.provider === provider &&
      one.catalog === catalog &&
      Date.parse(one.takenAt) >= since &&
      one.verification === null &&
      one.failure === undefined &&
      verdicts(one) === undefined,
  );
  return { backup, spoilt: bad.filter(({ id }) => id >= backupStamp(new Date(since))) };
}
