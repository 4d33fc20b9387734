/**
 * Builds the package into dist/: the command, the library and its types.
 *
 * What is ours is bundled, because a start that reads five files is faster than one that reads a hundred; what comes from
 * npm stays outside. Lazy imports stay chunks of their own, so that a command loads only what it needs.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { launcherText } from "./launcher.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const command = join(dist, "lockkeeper.js");
const manifest: { readonly engines: { readonly node: string } } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const oldestNode = manifest.engines.node.replace(/^>=/, "");

await build();

async function build(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  await bundle({
    cli: "src/cli/main.ts",
    index: "src/index.ts",
    // A worker thread is started from a file of its own, whose name src/demo/load/load.ts knows.
    "demo-load": "src/demo/load/load-worker.ts",
    // And src/hazards/lint-apart.ts this one's.
    "lint-worker": "src/hazards/lint-worker.ts",
  });
  writeFileSync(command, launcherText(oldestNode));
  chmodSync(command, 0o755);
  emitTypes();
}

async function bundle(entries: Readonly<Record<string, string>>): Promise<void> {
  const bundle = await rolldown({
    cwd: root,
    input: entries,
    platform: "node",
    // The oldest Node does not know `await using`.
    transform: { target: `node${oldestNode}` },
    external: (id) => !/^(\.|\/|\0|[A-Za-z]:\\|@oxc-project\/runtime)/.test(id),
  });
  const { output } = await bundle.write({
    dir: dist,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    minify: false,
    // Marks of where each piece came from: a stack trace of an installed Lockkeeper can be read without a source map.
    comments: { annotation: true, legal: true, jsdoc: false },
  });
  await bundle.close();
  for (const file of output) {
    refuseLocalPath(file.fileName);
  }
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
