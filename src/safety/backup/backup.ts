import type { DatabaseLocale } from "../../postgres/database-locale.ts";

/** Raised whenever a manifest of before could no longer be read. */
export const BACKUP_FORMAT = 2;

/** Name of the file that makes a folder a backup: it is written last. */
export const MANIFEST = "lockkeeper-backup.json";

/** Name of the stored catalog in a backup's folder, as `lockkeeper catalog` prints it. */
export const CATALOG_FILE = "catalog.json";

/** Name of the folder in which the provider's own files are. */
export const DATA_FOLDER = "data";

/** Who made the copy: a program of PostgreSQL, pgBackRest, or a command of the user's. */
export type BackupProvider = "pg_dump" | "pg_basebackup" | "pgbackrest" | "command";

/** The database that was backed up. */
export interface BackupSource {
  readonly database: string;
  /** Of the cluster, given by initdb, the same on its standbys; null where the role may not read it. */
  readonly systemIdentifier: string | null;
  /** server_version_num, such as 180004. */
  readonly serverVersion: number;
  /** The role that initdb made: the one that a physical copy surely lets in. */
  readonly superuser: string;
  /** No manifest of before had it. */
  readonly locale?: DatabaseLocale;
}

/** What was in a table. */
export interface TableSum {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  /** Sum of the rows' hashes: of no meaning but that it is the same for the same rows, in any order, on servers that hash alike. */
  readonly checksum: string;
}

export interface BackedUpTable extends TableSum {
  /** False: it was written to while a copy was made that is of no one snapshot, so nothing can be held against it. */
  readonly steady: boolean;
}

export interface BackedUpSequence {
  readonly schema: string;
  readonly name: string;
  /** Null before its first value. */
  readonly lastValue: string | null;
}

/** A file of the backup, as it was when it was made. */
export interface BackupFile {
  /** From the backup's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** sha256, hex. */
  readonly digest: string;
}

/** How long backups are kept: what either of them keeps stays. Null: not said. */
export interface Retention {
  /** The newest so many. */
  readonly keep: number | null;
  /** ms; what is younger. */
  readonly keepForMs: number | null;
}

/** That a backup was restored, and held what was backed up. */
export interface Verification {
  /** ISO 8601. */
  readonly at: string;
  /** Where it was restored. */
  readonly where: "embedded server" | "named server" | "command";
  readonly restoreMs: number;
  /** All of it: files read, restored, compared. */
  readonly verifyMs: number;
  /** Tables whose rows were compared one by one, by count and checksum. */
  readonly compared: number;
  /** Tables that changed while the copy was made, and were only read. */
  readonly changedMeanwhile: number;
  /** Relations that amcheck looked into; null where it was not asked. */
  readonly checkedRelations: number | null;
}

/** That a backup was read or restored, and is not what was backed up. */
export interface FailedVerification {
  /** ISO 8601. */
  readonly at: string;
  readonly code: string;
  readonly message: string;
}

/** What is said of a backup in the file beside its data. */
export interface BackupManifest {
  readonly format: typeof BACKUP_FORMAT;
  /** Its time and a random part: the name of its folder. */
  readonly id: string;
  readonly provider: BackupProvider;
  readonly source: BackupSource;
  /** ISO 8601, by the database's clock: nothing that was committed before is missing. */
  readonly takenAt: string;
  /** Where the write-ahead log was then. */
  readonly lsn: string;
  /** Fingerprint of the schema, without owners and grants. */
  readonly catalog: string;
  readonly tables: readonly BackedUpTable[];
  readonly sequences: readonly BackedUpSequence[];
  /** The migrations in force, in their order. */
  readonly migrations: readonly { readonly id: string; readonly checksum: string }[];
  /** Every role that is named in it, and has to be there where it is restored; absent in backups of before. */
  readonly roles?: readonly string[];
  /** What made it, with its version. */
  readonly program: string;
  /** What another tool calls it; null where all of it is in the folder. */
  readonly reference: string | null;
  readonly files: readonly BackupFile[];
  readonly sizeBytes: number;
  readonly durations: { readonly backupMs: number };
  readonly retention: Retention;
  /** sha256, hex, of all of the above, and through the files' own digests of the data: what a backup is known by. */
  readonly digest: string;
  readonly verification: Verification | null;
  /** Why its last verification failed; absent where it did not, or where there was none. */
  readonly failure?: FailedVerification;
  /** sha256, hex, of everything above. */
  readonly seal: string;
}

/** A backup that is whole as far as its manifest tells. */
export interface Backup extends BackupManifest {
  /** Absolute path. */
  readonly folder: string;
}

/** What the evidence of kind `backup` says, whether it held or not. */
export interface BackupReport {
  readonly id: string;
  readonly digest: string;
  readonly provider: BackupProvider;
  /** ISO 8601: the age of a backup counts from here, and not from its verification. */
  readonly takenAt: string;
  readonly lsn: string;
  readonly serverVersion: number;
  /** Fingerprint of the schema, without owners and grants: another one than the database has now makes it stale. */
  readonly catalog: string;
  readonly sizeBytes: number;
  /** Without those of Lockkeeper's own schema, as are their rows. */
  readonly tables: number;
  readonly rows: number;
  readonly location: string;
  readonly retention: Retention;
  readonly durations: {
    readonly backupMs: number;
    readonly restoreMs: number | null;
    readonly verifyMs: number | null;
  };
  readonly verification: Verification | null;
  /** Why it does not count; null where it held. */
  readonly failure: { readonly code: string; readonly message: string } | null;
}
