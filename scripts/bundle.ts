/**
 * What is ours is bundled, because a start that reads five files is faster than one that reads a hundred; what comes from
 * npm stays outside. Lazy imports stay chunks of their own, so that a command loads only what it needs.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "..");
const manifest: { readonly engines: { readonly node: string } } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

export const oldestNode = manifest.engines.node.replace(/^>=/, "");

/** The command and what it starts. */
export const PROGRAMS = {
  cli: "src/cli/main.ts",
  // A worker thread is started from a file of its own, whose name src/demo/load/load.ts knows.
  "demo-load": "src/demo/load/load-worker.ts",
  // And src/hazards/lint-apart.ts this one's.
  "lint-worker": "src/hazards/lint-worker.ts",
} as const;

/**
 * @param entries source files by the names of what is made of them
 * @returns the names of all files that were written into the folder
 */
export async function bundle(folder: string, entries: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const bundle = await rolldown({
    cwd: root,
    input: entries,
    platform: "node",
    // The oldest Node does not know `await using`.
    transform: { target: `node${oldestNode}` },
    external: (id) => !/^(\.|\/|\0|[A-Za-z]:\\|@oxc-project\/runtime)/.test(id),
  });
  const { output } = await bundle.write({
    dir: folder,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    minify: false,
    // Marks of where each piece came from: a stack trace of an installed Lockkeeper can be read without a source map.
    comments: { annotation: true, legal: true, jsdoc: false },
  });
  await bundle.close();
  return output.map(({ fileName }) => fileName);
}
