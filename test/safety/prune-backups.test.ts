import { expect, test } from "vitest";
import { BACKUP_FORMAT, type Backup } from "../../src/safety/backup/backup.ts";
import { sealedManifest } from "../../src/safety/backup/manifest.ts";
import { fatesOf } from "../../src/safety/backup/prune-backups.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-07-01T00:00:00Z");

/** Taken so many days ago. */
function backupOf(daysAgo: number): Backup {
  const takenAt = new Date(NOW - daysAgo * DAY).toISOString();
  const manifest = sealedManifest({
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
  });
  return { ...manifest, folder: "/nowhere" };
}

const BACKUPS = [1, 2, 3, 4, 5].map(backupOf);

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
