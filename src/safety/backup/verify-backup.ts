import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { databaseRelation } from "../../postgres/database-relation.ts";
import { connect } from "../../postgres/session.ts";
import { installState } from "../../run/state/install-state.ts";
import { recordEvidence } from "../evidence.ts";
import type { Backup, BackupManifest, BackupReport, FailedVerification, Verification } from "./backup.ts";
import { backupFailed } from "./backup-failed.ts";
import { checkFiles, dataPath } from "./backup-files.ts";
import { backupForeign, restoreFailed } from "./backup-unusable.ts";
import { compareRestored } from "./compare-restored.ts";
import { describeDatabase, describeSource } from "./describe-database.ts";
import { withFailure, withVerification, writeManifest } from "./manifest.ts";
import { isOf } from "./newest-verified.ts";
import { lastLine, runOwnCommand } from "./own-command.ts";
import { projectCounts } from "./project-counts.ts";
import type { ProviderSettings } from "./provider.ts";
import { openReading } from "./reading-session.ts";
import { type RestoreInto, restoreBackup } from "./restore-backup.ts";
import { refuseWhenAborted, toldEnd } from "./run-program.ts";

export interface VerifyBackupOptions extends Pick<ProviderSettings, "programs" | "jobs" | "stanza" | "verifyCommand"> {
  /** URL of the database that the backup is of. */
  readonly url: string;
  /** Server that the backup is restored into; an embedded one when undefined. */
  readonly server?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/** What was seen of a restored copy. */
type Seen = Omit<Verification, "at" | "verifyMs">;

/**
 * Restores a backup, holds what comes out against what went in, and records the outcome as evidence in the database,
 * whether it held or not.
 *
 * @returns the backup, now verified
 * @throws LockkeeperError `backup_invalid`, `backup_foreign`, `backup_stale`, `backup_restore_failed`, `backup_differs`,
 *   and those of `restoreBackup` and `installState`
 */
export async function verifyBackup(backup: Backup, options: VerifyBackupOptions): Promise<Backup> {
  const begun = performance.now();
  const elapsed = (): number => Math.round(performance.now() - begun);
  try {
    await refuseUnsuitable(backup, options.url);
    const seen = await restoreAndCompare(backup, options);
    const verification = { ...seen, at: new Date().toISOString(), verifyMs: elapsed() };
    const manifest = withVerification(backup, verification);
    // Recorded first: a file that says so without evidence would be believed by nobody but people.
    await record(options.url, reportOf({ ...backup, ...manifest }, elapsed(), null), true);
    noteVerified(backup, manifest);
    return { ...manifest, folder: backup.folder };
  } catch (error) {
    // Whatever it was that noticed first.
    refuseWhenAborted(options.signal, `Backup ${backup.id} was not verified; it stays as it was.`);
    if (error instanceof LockkeeperError && speaksOfBackup(error)) {
      const failure = { code: error.code, message: error.message };
      await record(options.url, reportOf({ ...backup, verification: null }, elapsed(), failure), false);
      noteFailure(backup, { at: new Date().toISOString(), ...failure });
    }
    throw error;
  }
}

/** @throws LockkeeperError `backup_failed`, `backup_no_space` */
function noteVerified({ id, folder }: Backup, manifest: BackupManifest): void {
  try {
    writeManifest(folder, manifest);
  } catch (error) {
    throw backupFailed(
      `Backup ${id} was restored and holds, and its manifest cannot be written`,
      error,
      "The evidence in the database says that it holds; `backup list` and `backup restore` without an ID do not know.",
    );
  }
}

/** For those who look at the backups while the database is away. */
function noteFailure(backup: Backup, failure: FailedVerification): void {
  try {
    writeManifest(backup.folder, withFailure(backup, failure));
  } catch {
    // Such as a folder that may only be read: the evidence tells, and what was wrong is what is to be told now.
  }
}

/** Whether the backup is at fault, and not the place where it was to be restored. */
export const speaksOfBackup = ({ code }: LockkeeperError): boolean =>
  code === "backup_invalid" || code === "backup_differs" || code === "backup_restore_failed";

function reportOf(backup: Backup, verifyMs: number, failure: BackupReport["failure"]): BackupReport {
  const { id, digest, provider, takenAt, lsn, source, catalog, sizeBytes, tables, reference, folder } = backup;
  const { retention, durations, verification } = backup;
  const counts = projectCounts(tables);
  return {
    id,
    digest,
    provider,
    takenAt,
    lsn,
    serverVersion: source.serverVersion,
    catalog,
    sizeBytes,
    tables: counts.tables,
    rows: counts.rows,
    location: reference ?? folder,
    retention,
    durations: { ...durations, restoreMs: verification?.restoreMs ?? null, verifyMs },
    verification,
    failure,
  };
}

async function record(url: string, report: BackupReport, held: boolean): Promise<void> {
  await using session = await connect(url, { applicationName: "lockkeeper backup" });
  await installState(session);
  await recordEvidence(session, { kind: "backup", held, report });
}

/** @throws LockkeeperError `backup_foreign`, `backup_stale` */
async function refuseUnsuitable(backup: Backup, url: string): Promise<void> {
  await using session = await openReading(url);
  const live = await describeSource(session);
  const { id, source } = backup;
  if (!isOf(backup, live)) {
    throw backupForeign(
      id,
      "other database",
      source.database === live.database
        ? `it is of a database ${source.database} of another server.`
        : `it is of the database ${source.database}, and not of ${live.database}.`,
    );
  }
  const [was, is] = [source.serverVersion, live.serverVersion].map((version) => Math.floor(version / 10_000));
  if (was !== is) {
    throw backupForeign(
      id,
      "server version",
      `it was taken from PostgreSQL ${was}, and the server is PostgreSQL ${is} now.`,
    );
  }
  const now = await describeDatabase(session);
  if (now.fingerprint === backup.catalog) return;
  const known = new Set(backup.migrations.map((one) => one.id));
  const since = now.migrations.filter((one) => !known.has(one.id)).map((one) => one.id);
  throw new LockkeeperError("backup_stale", {
    message: `Backup ${id} has an older schema than the database${since.length === 0 ? "" : `: ${since.join(", ")} came since`}.`,
    notDone: "It was not restored, and does not count.",
    data: { backup: id, reason: "older schema", migrations: since },
  });
}

async function restoreAndCompare(backup: Backup, options: VerifyBackupOptions): Promise<Seen> {
  if (backup.provider === "command") return await verifyByCommand(backup, options);
  options.onProgress?.(`reading ${backup.files.length} files of ${backup.id}`);
  const into: RestoreInto = { server: options.server };
  await using restored = await restoreBackup(backup, into, options);
  options.onProgress?.("restored; comparing it with what was backed up");
  const compared = await compareRestored(backup, restored.url, options);
  return { where: restored.place, restoreMs: restored.restoreMs, ...compared };
}

/** The user's command says whether the backup holds, and may print the URL of a restored copy, which is compared. */
async function verifyByCommand(backup: Backup, options: VerifyBackupOptions): Promise<Seen> {
  const begun = performance.now();
  const { verifyCommand, url, signal } = options;
  await checkFiles(backup, signal);
  if (verifyCommand === undefined) {
    throw new LockkeeperError("config_invalid", {
      message: `\`backup.verifyCommand\` is missing: backup ${backup.id} is verified by a command of yours.`,
      notDone: "It was not verified.",
      data: { key: "backup.verifyCommand" },
    });
  }
  const { id, reference } = backup;
  const end = await runOwnCommand({ command: verifyCommand, id, url, data: dataPath(backup), reference, signal });
  if (end.code !== 0) throw restoreFailed(id, `the command \`backup.verifyCommand\` ${toldEnd(end)}`);
  const restoreMs = Math.round(performance.now() - begun);
  const copy = lastLine(end);
  if (copy === null || !/^postgres(?:ql)?:\/\//.test(copy)) {
    return { where: "command", restoreMs, compared: 0, changedMeanwhile: 0, checkedRelations: null };
  }
  if ((await databaseRelation(url, copy, "lockkeeper backup")) === "same database") throw noCopy(id);
  return { where: "command", restoreMs, ...(await compareRestored(backup, copy, options)) };
}

/** It would be the same as itself, whatever is in the backup. */
const noCopy = (id: string): LockkeeperError =>
  new LockkeeperError("config_invalid", {
    message: `\`backup.verifyCommand\` printed the URL of the very database that backup ${id} is of, and not that of a restored copy.`,
    notDone: "It was not verified.",
    action: "Let the command restore the backup into another database and print that one's URL, or print none.",
    data: { key: "backup.verifyCommand" },
  });
