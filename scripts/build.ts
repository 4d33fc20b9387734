/** Builds the package into dist/: the command, the library and its types. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundle, oldestNode, PROGRAMS } from "./bundle.ts";
import { launcherText } from "./launcher.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const command = join(dist, "lockkeeper.js");
await build();

async function build(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const files = await bundle(dist, { ...PROGRAMS, index: "src/index.ts" });
  files.forEach(refuseLocalPath);
  writeFileSync(command, launcherText(oldestNode));
  chmodSync(command, 0o755);
  emitTypes();
}

/** A path of this machine in the package would tell who built it, and work nowhere else. */
function refuseLocalPath(fileName: string): void {
  if (readFileSync(join(dist, fileName), "utf8").includes(root)) {
    throw new Error(`dist/${fileName} holds the path of this checkout.`);
  }
}

function emitTypes(): void {
  const { status } = spawnSync(process.execPath, [typescript(), "-p", join(root, "tsconfig.build.json")], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) {
    throw new Error(`tsc ended with ${status}.`);
  }
  const types = join(dist, "types");
  const needed = reachable(join(types, "index.d.ts"));
  for (const entry of readdirSync(types, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !needed.has(path)) {
      rmSync(path);
    }
  }
}

/** The declarations that those of the library name, and so on: tsc also writes those of everything inside. */
function reachable(entry: string): ReadonlySet<string> {
  const found = new Set([entry]);
  for (const path of found) {
    for (const [, specifier = ""] of readFileSync(path, "utf8").matchAll(/(?:from|import)[ (]"(\.[^"]+)\.ts"/g)) {
      found.add(join(dirname(path), `${specifier}.d.ts`));
    }
  }
  return found;
}

function typescript(): string {
  const path = join(root, "node_modules/typescript/bin/tsc");
  if (!existsSync(path)) {
    throw new Error("TypeScript is not installed; run npm ci.");
  }
  return path;
}
