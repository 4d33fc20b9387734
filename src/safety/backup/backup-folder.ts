import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { backupFailed } from "./backup-failed.ts";

/** A backup under way has another name: whatever becomes of it, nobody takes it for one. */
export const PARTIAL = ".partial";

/** What is being removed, so that a removal that is cut off leaves nothing that looks whole. */
const REMOVING = ".removing";

/** Touched by whoever is at work in a partial folder. */
export const OWNER = ".owner";

/** ms */
const HEARTBEAT = 5_000;
/** ms; a process that has not touched its folder for so long is gone, or may be taken for gone: its last step finds out. */
const SILENCE = 60_000;

const NAME = /^\d{8}T\d{6}Z-[0-9a-f]{8}(?:\.partial)?$/;
const LEFT = /^\d{8}T\d{6}Z-[0-9a-f]{8}\.(?:partial|removing)$/;

/** Whether a folder of this name may be one of ours. */
export const isBackupName = (name: string): boolean => NAME.test(name);

/** How the name of a backup that is begun now begins. */
export const backupStamp = (now: Date): string => `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

/** Whether somebody works in it. */
export function isAtWork(folder: string): boolean {
  for (const path of [join(folder, OWNER), folder]) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) return Date.now() - stats.mtimeMs < SILENCE;
  }
  return false;
}

/** A folder that is filled, and then becomes a backup or goes away. */
export interface PartialFolder extends AsyncDisposable {
  readonly id: string;
  readonly path: string;
  /** Gives it its name. @returns its path then */
  finish(): string;
}

/**
 * Makes the folder of a new backup, and removes what others left unfinished who were killed.
 *
 * @throws LockkeeperError `backup_failed`, `backup_no_space`
 */
export function openPartial(parent: string): PartialFolder {
  const root = resolve(parent);
  const id = `${backupStamp(new Date())}-${randomBytes(4).toString("hex")}`;
  const path = join(root, `${id}${PARTIAL}`);
  const owner = join(path, OWNER);
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    removeLeft(root);
    mkdirSync(path, { mode: 0o700 });
    writeFileSync(owner, "");
  } catch (error) {
    throw backupFailed(`${path} cannot be made`, error);
  }
  const beat = setInterval(() => {
    try {
      utimesSync(owner, new Date(), new Date());
    } catch {
      // It is gone: the last step tells.
    }
  }, HEARTBEAT);
  beat.unref();
  let finished = false;
  return {
    id,
    path,
    finish() {
      clearInterval(beat);
      const whole = join(root, id);
      try {
        // Fails where somebody took us for gone.
        rmSync(owner);
        flushFolder(path);
        renameSync(path, whole);
        flushFolder(root);
      } catch (error) {
        throw backupFailed(`${path} could not be finished`, error);
      }
      finished = true;
      return whole;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      if (!finished) rmSync(path, { recursive: true, force: true });
    },
  };
}

/** A name is on disk when its folder is. */
function flushFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Removes what was begun, or was being removed, by processes that are gone. */
function removeLeft(root: string): void {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const path = join(root, entry.name);
    if (!entry.isDirectory() || !LEFT.test(entry.name)) continue;
    if (entry.name.endsWith(REMOVING) || !isAtWork(path)) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Removes a backup.
 *
 * @throws LockkeeperError `backup_failed` when it cannot be removed
 */
export function removeBackup(folder: string): void {
  const going = `${folder}${REMOVING}`;
  try {
    renameSync(folder, going);
    rmSync(going, { recursive: true });
  } catch (error) {
    throw new LockkeeperError("backup_failed", {
      message: `${folder} could not be removed: ${error instanceof Error ? error.message : String(error)}`,
      notDone: "Backups that are older stay too.",
      action: "Look at its permissions, then prune again.",
      cause: error,
    });
  }
}
