import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestProject } from "vitest/node";
import { bundle, PROGRAMS } from "../../scripts/bundle.ts";
import { startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { processesLeftBehind } from "./left-behind.ts";
import { PROGRAMS_FOLDER } from "./programs.ts";
import { temporaryRoot } from "./temporary-root.ts";

declare module "vitest" {
  export interface ProvidedContext {
    serverUrl: string;
  }
}

/**
 * One real server for the whole run; each test file takes databases of its own from it. Everything temporary lies in one
 * folder, which goes with the run, and a process that outlives the run fails it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(temporaryRoot(), "lockkeeper-test-"));
  // Servers run under another account when we are root, and must find their way through.
  chmodSync(folder, 0o755);
  process.env["TMPDIR"] = folder;
  // Stripping the types of all sources at each start of a program of ours would be most of a test's time.
  process.env["NODE_COMPILE_CACHE"] = join(folder, "compiled");
  const programs = await bundlePrograms();
  process.env[PROGRAMS_FOLDER] = programs;
  const server = await startEmbeddedServer({
    settings: { fsync: "off", max_connections: "200", log_min_messages: "fatal", wal_level: "logical" },
  });
  project.provide("serverUrl", server.url());
  return async () => {
    await server.stop();
    const left = await processesLeftBehind(folder);
    for (const { pid } of left) {
      process.kill(pid, "SIGKILL");
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    rmSync(dirname(programs), { recursive: true, force: true });
    if (left.length > 0) {
      const list = left.map(({ pid, command }) => `\n  ${pid} ${command}`).join("");
      throw new Error(`The tests left these processes behind (they were ended now):${list}`);
    }
  };
}

/**
 * The command and the runner are started hundreds of times, and read their sources in three times the time. They are bundled as for the
 * package, within reach of its dependencies.
 */
async function bundlePrograms(): Promise<string> {
  const root = join(import.meta.dirname, "../..");
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "lockkeeper-test-"));
  copyFileSync(join(root, "package.json"), join(folder, "package.json"));
  await bundle(join(folder, "dist"), {
    ...PROGRAMS,
    "crash-child": "test/support/crash/crash-child.ts",
    runner: "test/support/children/runner.ts",
  });
  return join(folder, "dist");
}
