import { spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TinyDisk extends AsyncDisposable {
  /** Mount point that belongs to the server's account. */
  readonly path: string;
  /** Makes room. */
  grow(): void;
}

/**
 * A file system of a few megabytes that belongs to the owner of `dataDirectory`.
 *
 * @returns undefined where this process may not mount one
 */
export function mountTinyDisk(dataDirectory: string): TinyDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), "lockkeeper-disk-"));
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path]).status !== 0) {
    rmSync(path, { recursive: true });
    return undefined;
  }
  const { uid, gid } = statSync(dataDirectory);
  chownSync(path, uid, gid);
  return {
    path,
    grow() {
      const { status, stderr } = spawnSync("mount", ["-o", "remount,size=200m", path], { encoding: "utf8" });
      if (status !== 0) {
        throw new Error(`the disk could not be made larger: ${stderr}`);
      }
    },
    async [Symbol.asyncDispose]() {
      spawnSync("umount", ["-l", path]);
      rmSync(path, { recursive: true });
    },
  };
}
