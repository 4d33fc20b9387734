import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

export interface LeftProcess {
  readonly pid: number;
  readonly command: string;
}

/** How long processes that are ending may take to be gone. */
const PATIENCE_MS = 10_000;

/**
 * Processes that still have `mark` in their command line or environment, after those that are ending have ended. The mark
 * is the run's own temporary folder: children inherit it as TMPDIR, and servers are told to keep their data below it.
 *
 * Only Linux shows other processes as files; elsewhere nothing is found.
 */
export async function processesLeftBehind(mark: string): Promise<LeftProcess[]> {
  const begun = performance.now();
  for (;;) {
    const left = processIds().flatMap((pid) => inspect(pid, mark));
    if (left.length === 0 || performance.now() - begun > PATIENCE_MS) {
      return left;
    }
    await setTimeout(100);
  }
}

function processIds(): number[] {
  return process.platform === "linux"
    ? readdirSync("/proc")
        .map(Number)
        .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    : [];
}

function inspect(pid: number, mark: string): LeftProcess[] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    const isZombie = command === "";
    const isOurs = command.includes(mark) || readFileSync(`/proc/${pid}/environ`, "utf8").includes(mark);
    return isOurs && !isZombie ? [{ pid, command }] : [];
  } catch {
    // It ended while we looked, or is another user's, which no process of ours but a server can be.
    return [];
  }
}
