import type { BackupProvider } from "./backup.ts";

/** What the user says of how backups are made. */
export interface ProviderSettings {
  readonly provider: BackupProvider;
  /** Folder of the client programs; found when undefined. */
  readonly programs?: string | undefined;
  /** How many tables are copied at the same time. */
  readonly jobs: number;
  /** Shell commands of the user's. */
  readonly command?: string | undefined;
  readonly verifyCommand?: string | undefined;
  /** Stanza of pgBackRest. */
  readonly stanza?: string | undefined;
}

/** What a provider is told of the copy that is wanted. */
export interface CopyRequest {
  readonly id: string;
  /** URL of the database. */
  readonly url: string;
  /** Name of an exported snapshot. */
  readonly snapshot: string;
  /** Absolute path, not there yet; its parent is. */
  readonly data: string;
  readonly signal: AbortSignal;
}

/** Somebody who can make a copy of this server, found out before anything is begun. */
export interface CopyMaker {
  /** What makes it, with its version. */
  readonly program: string;
  /** Whether the copy holds exactly what the snapshot shows. */
  readonly isExact: boolean;
  /** Whether tables that are not logged come along. */
  readonly holdsUnlogged: boolean;
  /**
   * @returns what the other tool calls it; null where all of it is in `data`
   * @throws LockkeeperError `backup_failed`, `backup_no_space`, `interrupted`
   */
  copy(request: CopyRequest): Promise<string | null>;
}
