import { createHash, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { stableJson } from "../../catalog/stable-json.ts";
import {
  BACKUP_FORMAT,
  type Backup,
  type BackupManifest,
  type FailedVerification,
  MANIFEST,
  type Verification,
} from "./backup.ts";
import { backupInvalid } from "./backup-invalid.ts";

/** What a manifest says before it is known by a digest. */
export type ManifestContent = Omit<BackupManifest, "digest" | "verification" | "failure" | "seal">;

const sha256 = (value: unknown): string => createHash("sha256").update(stableJson(value)).digest("hex");

export function sealedManifest(
  content: ManifestContent,
  verification: Verification | null = null,
  failure?: FailedVerification,
): BackupManifest {
  const known = {
    ...content,
    digest: sha256(content),
    verification,
    ...(failure === undefined ? {} : { failure }),
  };
  return { ...known, seal: sha256(known) };
}

/** The same backup, which was restored and held. */
export const withVerification = (backup: Backup, verification: Verification): BackupManifest =>
  sealedManifest(contentOf(backup), verification);

/** The same backup, which did not hold: an older verification counts no longer. */
export const withFailure = (backup: Backup, failure: FailedVerification): BackupManifest =>
  sealedManifest(contentOf(backup), null, failure);

function contentOf(backup: Backup): ManifestContent {
  const { folder: _, digest: __, seal: ___, verification: ____, failure: _____, ...content } = backup;
  return content;
}

/**
 * Whole or not at all: it is written beside its place, under a name that nobody else takes, and is on disk before it gets
 * its own.
 */
export function writeManifest(folder: string, manifest: BackupManifest): void {
  const path = join(folder, MANIFEST);
  const beside = `${path}.${randomBytes(4).toString("hex")}${UNFINISHED}`;
  try {
    const file = openSync(beside, "wx", 0o600);
    try {
      writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

const UNFINISHED = ".new";

/** Whether a file of a backup's folder is its manifest, or what whoever was killed left of one. */
export const isManifest = (path: string): boolean =>
  path === MANIFEST || (path.startsWith(`${MANIFEST}.`) && path.endsWith(UNFINISHED));

/**
 * @param folder absolute path of a backup
 * @throws LockkeeperError `backup_invalid` when there is no manifest, or it does not say what was written
 */
export function readManifest(folder: string): Backup {
  const id = basename(folder);
  const manifest = parsed(folder, id);
  if (manifest.format !== BACKUP_FORMAT) {
    throw backupInvalid(
      id,
      "manifest",
      `its manifest has the format ${String(manifest.format)}; this program reads ${BACKUP_FORMAT}.`,
    );
  }
  const { seal, ...known } = manifest;
  const { digest, verification: _, failure: __, ...content } = known;
  if (sha256(known) !== seal || sha256(content) !== digest) {
    throw backupInvalid(id, "manifest", "its manifest was changed after it was written.");
  }
  if (manifest.id !== id) {
    throw backupInvalid(id, "manifest", `its manifest is that of backup ${manifest.id}.`);
  }
  return { ...manifest, folder };
}

function parsed(folder: string, id: string): BackupManifest {
  let text: string;
  try {
    text = readFileSync(join(folder, MANIFEST), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw backupInvalid(
      id,
      "manifest",
      code === "ENOENT" ? "it has no manifest." : `its manifest cannot be read (${code}).`,
    );
  }
  try {
    const manifest: unknown = JSON.parse(text);
    if (typeof manifest === "object" && manifest !== null) return manifest as BackupManifest;
  } catch {
    // Told below.
  }
  throw backupInvalid(id, "manifest", "its manifest is not the JSON that was written.");
}
