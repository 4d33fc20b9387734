import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { BACKUP_FORMAT, type Backup, type Verification } from "../../src/safety/backup/backup.ts";
import { type ManifestContent, sealedManifest, writeManifest } from "../../src/safety/backup/manifest.ts";
import { findBackup, newestToRestore } from "../../src/safety/backup/newest-verified.ts";
import { fatesInFolder, fatesOf } from "../../src/safety/backup/prune-backups.ts";
import { readBackups } from "../../src/safety/backup/read-backups.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-07-01T00:00:00Z");

/** Of a backup that was taken so many days ago. */
function contentOf(daysAgo: number): ManifestContent {
  const takenAt = new Date(NOW - daysAgo * DAY).toISOString();
  return {
    format: BACKUP_FORMAT,
    id: `20260701T000000Z-0000000${daysAgo}`,
    provider: "pg_dump",
    source: { database: "a", systemIdentifier: null, serverVersion: 150_000, superuser: "postgres" },
    takenAt,
    lsn: "0/0",
    catalog: "",
    tables: [],
    sequences: [],
    migrations: [],
    program: "pg_dump 15",
    reference: null,
    files: [],
    sizeBytes: 0,
    durations: { backupMs: 0 },
    retention: { keep: null, keepForMs: null },
  };
}

const BACKUPS = [1, 2, 3, 4, 5].map(
  (daysAgo): Backup => ({ ...sealedManifest(contentOf(daysAgo)), folder: "/nowhere" }),
);

/** How many days ago those were taken that stay. */
const kept = (policy: { keep?: number; keepForMs?: number }, lastGood?: number): readonly number[] =>
  fatesOf(
    BACKUPS,
    { keep: policy.keep ?? null, keepForMs: policy.keepForMs ?? null },
    lastGood === undefined ? undefined : BACKUPS[lastGood - 1],
    NOW,
  )
    .filter(({ keep }) => keep)
    .map(({ backup }) => Math.round((NOW - Date.parse(backup.takenAt)) / DAY));

test("without a policy everything stays", () => {
  expect(kept({})).toEqual([1, 2, 3, 4, 5]);
});

test("the newest stay, and those that are young, whichever of the two keeps them", () => {
  expect(kept({ keep: 2 })).toEqual([1, 2]);
  expect(kept({ keepForMs: 3.5 * DAY })).toEqual([1, 2, 3]);
  expect(kept({ keep: 4, keepForMs: 1.5 * DAY })).toEqual([1, 2, 3, 4]);
  expect(kept({ keepForMs: 0 })).toEqual([]);
});

test("the last that was verified stays whatever the policy says", () => {
  expect(kept({ keep: 1 }, 4)).toEqual([1, 4]);
  expect(kept({ keep: 2 }, 2)).toEqual([1, 2]);
});

/** A folder of verified backups, each of a database and so many days old. */
function folderOf(taken: readonly (readonly [database: string, daysAgo: number, systemIdentifier?: string])[]): string {
  const root = mkdtempSync(join(tmpdir(), "lockkeeper-backups-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const verification: Verification = {
    at: new Date(NOW).toISOString(),
    where: "embedded server",
    restoreMs: 1,
    verifyMs: 1,
    compared: 0,
    changedMeanwhile: 0,
    checkedRelations: null,
  };
  for (const [database, daysAgo, systemIdentifier = "1"] of taken) {
    const content = contentOf(daysAgo);
    mkdirSync(join(root, content.id));
    const source = { ...content.source, database, systemIdentifier };
    writeManifest(join(root, content.id), sealedManifest({ ...content, source }, verification));
  }
  return root;
}

const NOBODY = new AbortController().signal;

test("of databases that share a folder each keeps its own, whatever there is of the others", async () => {
  const { backups } = readBackups(
    folderOf([
      ["shop", 1],
      ["shop", 2],
      ["billing", 3],
      ["billing", 4],
      ["shop", 5, "2"],
    ]),
  );
  const stay = async (keep: number | null, keepForMs: number | null) =>
    (await fatesInFolder(backups, { keep, keepForMs }, NOW, NOBODY)).map((fate) => fate.keep);
  expect(await stay(1, null)).toEqual([true, false, true, false, true]);
  expect(await stay(null, 0)).toEqual([true, false, true, false, true]);
});

test("what is restored or verified without a name is of the database that is asked for, and never of another", () => {
  const folder = folderOf([
    ["billing", 1],
    ["shop", 2],
  ]);
  expect(newestToRestore(folder, "shop")).toMatchObject({ backup: { source: { database: "shop" } }, passedOver: [] });
  expect(findBackup(folder, undefined, "shop")).toMatchObject({ source: { database: "shop" } });
  expect(() => newestToRestore(folder, "other")).toThrow(
    expect.objectContaining({ code: "backup_not_found", message: expect.stringMatching(/no backup of other in/) }),
  );
  expect(() => newestToRestore(folder, undefined)).toThrow(/several databases[\s\S]*billing[\s\S]*shop/);
  const twice = folderOf([
    ["shop", 1, "2"],
    ["shop", 2],
  ]);
  expect(() => newestToRestore(twice, "shop")).toThrow(/of cluster 2[\s\S]*of cluster 1/);
});
