import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Backup, type BackupFile, CATALOG_FILE, DATA_FOLDER } from "./backup.ts";
import { OWNER } from "./backup-folder.ts";
import { backupInvalid } from "./backup-invalid.ts";
import { isManifest } from "./manifest.ts";

/** How many files are read at the same time. */
const READERS = 4;

/** Every file of a backup but its manifest, in the order of their paths. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll("\\", "/");
    return entry.isDirectory() || isManifest(path) || path === OWNER ? [] : [path];
  });
  return files.toSorted();
}

/** @param signal ends it between two files */
export async function digestFiles(
  folder: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly BackupFile[]> {
  const files: BackupFile[] = [];
  const waiting = [...paths.entries()];
  const read = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, path] = next;
      files[at] = await digestFile(folder, path, signal);
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  return files;
}

async function digestFile(folder: string, path: string, signal: AbortSignal): Promise<BackupFile> {
  const hash = createHash("sha256");
  let bytes = 0;
  await pipeline(
    createReadStream(join(folder, path), { highWaterMark: 1 << 20, signal }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    },
  );
  return { path, bytes, digest: hash.digest("hex") };
}

/**
 * Holds the files of a backup against its manifest, all of them, byte by byte.
 *
 * @throws LockkeeperError `backup_invalid` naming the file
 */
export async function checkFiles(backup: Backup, signal: AbortSignal): Promise<void> {
  const { id, folder, files } = backup;
  const there = new Set(await listFiles(folder));
  for (const { path, bytes } of files) {
    if (!there.delete(path)) throw backupInvalid(id, "missing file", `${path} is missing.`);
    const { size } = await stat(join(folder, path));
    if (size < bytes) {
      throw backupInvalid(id, "truncated", `${path} has ${size} bytes; it had ${bytes} when the backup was taken.`);
    }
  }
  const [extra] = there;
  if (extra !== undefined) {
    throw backupInvalid(id, "extra file", `${extra} was not there when the backup was taken.`);
  }
  const digests = await digestFiles(
    folder,
    files.map(({ path }) => path),
    signal,
  );
  const changed = digests.find(({ digest }, at) => digest !== files[at]?.digest);
  if (changed !== undefined) {
    throw backupInvalid(id, "altered", `${changed.path} is not what it was when the backup was taken.`);
  }
}

export const catalogPath = ({ folder }: Pick<Backup, "folder">): string => join(folder, CATALOG_FILE);
export const dataPath = ({ folder }: Pick<Backup, "folder">): string => join(folder, DATA_FOLDER);
