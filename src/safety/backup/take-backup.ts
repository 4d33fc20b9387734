import { closeSync, fsyncSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import {
  BACKUP_FORMAT,
  type BackedUpTable,
  type Backup,
  type BackupSource,
  CATALOG_FILE,
  DATA_FOLDER,
  type Retention,
} from "./backup.ts";
import { backupFailed } from "./backup-failed.ts";
import { digestFiles, listFiles } from "./backup-files.ts";
import { openPartial, type PartialFolder } from "./backup-folder.ts";
import { type DatabaseDescription, describeDatabase, type Moment, openMoment } from "./describe-database.ts";
import { readManifest, sealedManifest, writeManifest } from "./manifest.ts";
import { namedRoles } from "./named-roles.ts";
import { ownCommand } from "./own-command.ts";
import { pgBasebackup } from "./pg-basebackup.ts";
import { pgDump } from "./pg-dump.ts";
import { pgBackrest } from "./pgbackrest.ts";
import type { CopyMaker, ProviderSettings } from "./provider.ts";
import { refuseWhenAborted } from "./run-program.ts";
import { tableSums } from "./table-sums.ts";

export interface TakeBackupOptions extends ProviderSettings {
  /** URL of the database, without a pooler in between. */
  readonly url: string;
  /** Folder of the backups. */
  readonly folder: string;
  readonly retention: Retention;
  readonly signal: AbortSignal;
  /** Told in words what is being done. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Takes a backup, and counts and sums up what is in it. It changes nothing in the database.
 *
 * The copy has the name of a backup only once all of it is on disk; what fails or is interrupted is removed, and what is
 * killed is removed by the next.
 *
 * @throws LockkeeperError `backup_failed`, `backup_no_space`, `client_program_missing`, `config_invalid`, `interrupted`,
 *   and those of `connect`
 */
export async function takeBackup(options: TakeBackupOptions): Promise<Backup> {
  try {
    return await take(options);
  } catch (error) {
    // Whatever it was that noticed first.
    refuseWhenAborted(options.signal, "No backup was made; what there was of one is removed.");
    throw error;
  }
}

async function take(options: TakeBackupOptions): Promise<Backup> {
  const begun = performance.now();
  const { url, onProgress, retention } = options;
  await using moment = await openMoment(url);
  const described = await describeDatabase(moment.session);
  const roles = await namedRoles(moment.session);
  const maker = await copyMaker(options, described.source);
  await using partial = openPartial(options.folder);
  onProgress?.(`${maker.program}: copying ${described.source.database}`);
  const { tables, reference } = await copyAndSums(options, { maker, moment, partial });
  // Vacuum waits for a snapshot that is open.
  await moment.session.end();
  if (!maker.isExact) await refuseWhenChanged(url, described);
  onProgress?.("reading what was written");
  const files = await finishFiles(partial.path, described, options.signal);
  const manifest = sealedManifest({
    format: BACKUP_FORMAT,
    id: partial.id,
    provider: options.provider,
    source: described.source,
    takenAt: moment.at,
    lsn: moment.lsn,
    catalog: described.fingerprint,
    tables,
    sequences: described.sequences,
    migrations: described.migrations,
    roles,
    program: maker.program,
    reference,
    files,
    sizeBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    durations: { backupMs: Math.round(performance.now() - begun) },
    retention,
  });
  refuseWhenAborted(options.signal);
  try {
    writeManifest(partial.path, manifest);
  } catch (error) {
    throw backupFailed("The manifest cannot be written", error);
  }
  return readManifest(partial.finish());
}

async function copyMaker(options: TakeBackupOptions, source: BackupSource): Promise<CopyMaker> {
  const { serverVersion } = source;
  switch (options.provider) {
    case "pg_dump":
      return await pgDump(options, serverVersion);
    case "pg_basebackup":
      return await pgBasebackup(options, serverVersion);
    case "pgbackrest":
      return await pgBackrest(options, source, options.signal);
    case "command":
      return ownCommand(options);
  }
}

interface Copying {
  readonly maker: CopyMaker;
  readonly moment: Moment;
  readonly partial: PartialFolder;
}

/**
 * A copy of the snapshot is described by the snapshot. Any other is of some moment while it was made: a table that was
 * the same before and after is in the copy as it was then.
 */
async function copyAndSums(
  { url, jobs, signal }: TakeBackupOptions,
  { maker, moment, partial }: Copying,
): Promise<{ readonly tables: readonly BackedUpTable[]; readonly reference: string | null }> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const sums = (at?: string) =>
    tableSums({
      url,
      jobs,
      signal: either,
      unlogged: maker.holdsUnlogged,
      ...(at === undefined ? {} : { snapshot: at }),
    });
  const copy = () =>
    maker.copy({
      id: partial.id,
      url,
      snapshot: moment.snapshot,
      data: join(partial.path, DATA_FOLDER),
      signal: either,
    });
  // Neither is worth anything without the other.
  const orEnd = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      ended.abort();
      throw error;
    });
  if (maker.isExact) {
    const [summed, copied] = await Promise.allSettled([orEnd(sums(moment.snapshot)), orEnd(copy())]);
    if (copied.status === "rejected" && !isInterrupted(copied.reason)) throw copied.reason;
    if (summed.status === "rejected") throw summed.reason;
    if (copied.status === "rejected") throw copied.reason;
    return { tables: summed.value.map((sum) => ({ ...sum, steady: true })), reference: copied.value };
  }
  const before = await sums(moment.snapshot);
  await moment.session.end();
  const reference = await copy();
  const after = await sums();
  const known = new Map(before.map((sum) => [JSON.stringify(sum), sum]));
  return { tables: after.map((sum) => ({ ...sum, steady: known.has(JSON.stringify(sum)) })), reference };
}

const isInterrupted = (error: unknown): boolean => error instanceof LockkeeperError && error.code === "interrupted";

/** Of a copy that is of no one snapshot nobody could say which of two schemas it has. */
async function refuseWhenChanged(url: string, before: DatabaseDescription): Promise<void> {
  await using moment = await openMoment(url);
  const after = await describeDatabase(moment.session);
  if (after.fingerprint === before.fingerprint) return;
  throw new LockkeeperError("backup_failed", {
    message: "The schema was changed while the copy was made.",
    notDone: "No backup was made; what there was of it is removed.",
    action: "Take it again while no migration runs.",
  });
}

async function finishFiles(folder: string, { catalog }: DatabaseDescription, signal: AbortSignal) {
  try {
    const file = openSync(join(folder, CATALOG_FILE), "wx", 0o600);
    try {
      writeFileSync(file, `${JSON.stringify(catalog)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return await digestFiles(folder, await listFiles(folder), signal);
  } catch (error) {
    throw backupFailed("The files of the backup cannot be finished", error);
  }
}
