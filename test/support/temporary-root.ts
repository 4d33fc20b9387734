import { accessSync, constants, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";

/** What all databases of a run take at one time, with room to spare. */
const ENOUGH_BYTES = 6 * 2 ** 30;

/**
 * Memory, where there is enough of it: the tests make and drop thousands of databases of hundreds of files, and ext4
 * searches past the inodes of files that were removed seconds ago for every file that it makes.
 */
export function temporaryRoot(): string {
  const memory = "/dev/shm";
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return Math.min(bavail * bsize, freemem()) >= ENOUGH_BYTES ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}
