import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { ForeignLayout } from "../../src/migrations/layouts/layout.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/adopt");

export const projectOf = (tool: ForeignLayout): string => join(FIXTURES, tool, "project");

export const historySql = (tool: ForeignLayout): string => readFileSync(join(FIXTURES, tool, "history.sql"), "utf8");

/** A folder of the test's own with these files, gone when the test ends. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-layout-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeInto(folder, files);
  return folder;
}

export function writeInto(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** A copy of a tool's project to change. */
export function copyOf(tool: ForeignLayout): string {
  const folder = folderWith({});
  cpSync(projectOf(tool), folder, { recursive: true });
  return folder;
}
