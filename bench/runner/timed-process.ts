import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./contender.ts";

/** Far above any honest run; a contender that hangs is ended and reported as failed. */
const DEADLINE_MS = 15 * 60_000;

/**
 * Runs a contender as one whole process and returns its wall-clock seconds, from the spawn to its end.
 *
 * Its output goes to a file: reading a pipe would take time from the contender on a machine of few cores.
 *
 * @throws Error with the end of its output, when it does not end with exit code 0
 */
export async function timedProcess(command: Command, folder: string, databaseUrl: string): Promise<number> {
  const log = join(folder, "output.log");
  const descriptor = openSync(log, "w");
  const started = performance.now();
  try {
    const outcome = await new Promise<string>((resolve, reject) => {
      const child = spawn(command.file, command.args, {
        cwd: folder,
        // Nothing else of the caller's environment: a PG* variable or a pager must not change what is measured.
        env: {
          PATH: process.env["PATH"],
          HOME: folder,
          LC_ALL: "C.UTF-8",
          TZ: "UTC",
          NO_COLOR: "1",
          DATABASE_URL: databaseUrl,
          ...command.env,
        },
        stdio: ["ignore", descriptor, descriptor],
      });
      const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
      child.once("error", (error) => {
        clearTimeout(deadline);
        reject(error);
      });
      child.once("exit", (code, signal) => {
        clearTimeout(deadline);
        resolve(code === null ? `signal ${signal}` : `exit code ${code}`);
      });
    });
    const seconds = (performance.now() - started) / 1000;
    if (outcome !== "exit code 0") {
      throw new Error(`${outcome}: ${lastLines(readFileSync(log, "utf8"))}`);
    }
    return seconds;
  } finally {
    closeSync(descriptor);
  }
}

function lastLines(output: string): string {
  return output.trim().split("\n").slice(-5).join(" / ").slice(-600);
}
