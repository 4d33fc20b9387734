import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { AdoptionReport } from "../../src/migrations/adopt/adoption-report.ts";
import { matchHistory } from "../../src/migrations/adopt/match-history.ts";
import { readHistory } from "../../src/migrations/adopt/read-history.ts";
import { detectLayout } from "../../src/migrations/layouts/detect-layout.ts";
import type { ForeignLayout } from "../../src/migrations/layouts/layout.ts";
import { type LayoutFolder, readLayout } from "../../src/migrations/layouts/read-layout.ts";
import { openSourceFolder } from "../../src/migrations/layouts/source-folder.ts";
import type { MigrationLayout } from "../../src/migrations/migration.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

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

export const filesIn = (layout: ForeignLayout, folder: string): LayoutFolder =>
  readLayout(layout, openSourceFolder(folder));

export const layoutOf = (folder: string): MigrationLayout | undefined => detectLayout(openSourceFolder(folder));

/** A database in the state in which a tool left it. */
export interface AdoptedDatabase {
  readonly db: TestDatabase;
  /** The report on this folder, or on the tool's own project. */
  adopt(folder?: string): Promise<AdoptionReport>;
  /** The same while `change` holds in the database. */
  adoptAfter(change: string, folder?: string): Promise<AdoptionReport>;
}

export async function databaseOf(tool: ForeignLayout): Promise<AdoptedDatabase> {
  const db = await testDatabase();
  await db.query(historySql(tool));
  const adopt = async (folder = projectOf(tool)): Promise<AdoptionReport> =>
    matchHistory(await readHistory(db.query, tool), filesIn(tool, folder).files);
  return {
    db,
    adopt,
    async adoptAfter(change, folder) {
      await db.query("BEGIN");
      try {
        await db.query(change);
        return await adopt(folder);
      } finally {
        await db.query("ROLLBACK");
      }
    },
  };
}

/** `missing-file error` and the like, in the order of the report. */
export const kindsOf = (report: AdoptionReport): string[] =>
  report.problems.map(({ kind, severity }) => `${kind} ${severity}`);

export const statusOf = (report: AdoptionReport, id: string): string | undefined =>
  report.items.find((item) => item.id === id)?.status;
