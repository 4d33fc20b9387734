import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** File names (with `/` for folders) and their texts. */
export type ProjectFiles = Readonly<Record<string, string>>;

const leftovers = new Set<string>();
const remove = (folder: string): void => {
  leftovers.delete(folder);
  rmSync(folder, { recursive: true, force: true });
};

/**
 * A folder of migrations of the test's own, removed when the test ends, or with the test file when it was written
 * outside a test.
 */
export function writeProject(files: ProjectFiles): string {
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-project-"));
  leftovers.add(folder);
  try {
    onTestFinished(() => remove(folder));
  } catch {
    // Called from a hook: `afterAll` below takes care of it.
  }
  addFiles(folder, files);
  return folder;
}

/** Writes further files, or others in place of those that are there. */
export function addFiles(folder: string, files: ProjectFiles): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

afterAll(() => {
  for (const folder of leftovers) {
    remove(folder);
  }
});
