import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../runner/contender.ts";

export interface Timed {
  readonly seconds: number;
  /** User and system time of the process, without what the server does for it. */
  readonly cpuSeconds: number;
  /** What it wrote to standard output. */
  readonly output: string;
}

/** The shell knows what its children took, and says it on descriptor 3. */
const SCRIPT = '"$@" 3>&-; code=$?; times >&3; exit $code';

/**
 * Runs a tool as one whole process in a folder, from the spawn to its end. Its output goes to files, since reading a pipe
 * would take time from it.
 *
 * @throws Error with the end of what it said, when it does not end with exit code 0 in time
 */
export async function timedTool(command: Command, folder: string, deadlineMs: number): Promise<Timed> {
  const [output, errors, times] = ["output", "errors", "times"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const descriptors = [output, errors, times].map((file) => openSync(file, "w"));
  const started = performance.now();
  try {
    const outcome = await new Promise<string>((resolve, reject) => {
      const child = spawn("/bin/sh", ["-c", SCRIPT, "sh", command.file, ...command.args], {
        cwd: folder,
        env: {
          PATH: process.env["PATH"],
          HOME: folder,
          TMPDIR: folder,
          LC_ALL: "C.UTF-8",
          NO_COLOR: "1",
          ...command.env,
        },
        stdio: ["ignore", ...descriptors],
        // With the tool itself, the shell is ended when it takes too long.
        detached: true,
      });
      let isLate = false;
      const deadline = setTimeout(() => {
        isLate = true;
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      }, deadlineMs);
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        clearTimeout(deadline);
        resolve(isLate ? `did not end within ${Math.round(deadlineMs / 1000)} s` : String(code ?? signal));
      });
    });
    const seconds = (performance.now() - started) / 1000;
    if (outcome !== "0") {
      throw new Error(
        `${/^\d+$/.test(outcome) ? `exit code ${outcome}` : outcome}: ${lastLines(readFileSync(errors, "utf8"))}`,
      );
    }
    return { seconds, cpuSeconds: cpuOf(readFileSync(times, "utf8")), output: readFileSync(output, "utf8") };
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** Of the last line, such as `0m1.250s 0m0.110s`: the children's. */
const cpuOf = (text: string): number =>
  Array.from((text.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)).reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );

const lastLines = (text: string): string => text.trim().split("\n").slice(-4).join(" / ").slice(-400);
