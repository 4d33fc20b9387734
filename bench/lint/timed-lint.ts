import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../runner/contender.ts";

export interface Timed {
  readonly seconds: number;
  /** User and system time of all its threads: what other work on the machine changes least. */
  readonly cpuSeconds: number;
  /** What it wrote to standard output. */
  readonly output: string;
}

/** The shell knows what its children took. */
const SCRIPT = '"$@"; code=$?; times >&2; exit $code';

const DEADLINE_MS = 5 * 60_000;

/**
 * Runs a linter as one whole process, from the spawn to its end. Its output goes to a file, since reading a pipe would
 * take time from it; its caches are in `home`.
 *
 * @throws Error when it ends with anything but 0 or 1, which linters take for findings
 */
export async function timedLint(command: Command, folder: string, home: string): Promise<Timed> {
  const log = join(home, "output");
  const descriptor = openSync(log, "w");
  const times = join(home, "times");
  const timesDescriptor = openSync(times, "w");
  const started = performance.now();
  try {
    const code = await new Promise<string>((resolve, reject) => {
      const child = spawn("/bin/sh", ["-c", SCRIPT, "sh", command.file, ...command.args], {
        cwd: folder,
        env: { PATH: process.env["PATH"], HOME: home, TMPDIR: home, LC_ALL: "C.UTF-8", NO_COLOR: "1", ...command.env },
        stdio: ["ignore", descriptor, timesDescriptor],
      });
      const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
      child.once("error", reject);
      child.once("exit", (exit, signal) => {
        clearTimeout(deadline);
        resolve(String(exit ?? signal));
      });
    });
    const seconds = (performance.now() - started) / 1000;
    if (code !== "0" && code !== "1") {
      throw new Error(`ended with ${code}`);
    }
    return { seconds, cpuSeconds: cpuOf(readFileSync(times, "utf8")), output: readFileSync(log, "utf8") };
  } finally {
    closeSync(descriptor);
    closeSync(timesDescriptor);
  }
}

/** Of the last line, such as `0m1.250s 0m0.110s`: the children's. */
const cpuOf = (text: string): number =>
  Array.from((text.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)).reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
