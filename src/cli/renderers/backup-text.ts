import { bytesInWords } from "../../effects/numbers-in-words.ts";
import { count } from "../../errors/count.ts";
import type { Backup } from "../../safety/backup/backup.ts";
import { type ProjectCounts, projectCounts } from "../../safety/backup/project-counts.ts";
import type { UnfinishedBackup } from "../../safety/backup/read-backups.ts";
import { formatMs, formatServerVersion, formatTime, table } from "../format.ts";
import type { Paint } from "../paint.ts";

/** A backup without the lists of what is in it. */
export type BackupSummary = Omit<Backup, "files" | "tables" | "sequences" | "migrations" | "roles" | "seal"> &
  ProjectCounts & { readonly files: number; readonly migrations: number };

export function summaryOf(backup: Backup): BackupSummary {
  const { files, tables, sequences: _, migrations, roles: __, seal: ___, ...rest } = backup;
  return {
    ...rest,
    files: files.length,
    ...projectCounts(tables),
    migrations: migrations.length,
  };
}

export function backupText(backup: BackupSummary, paint: Paint): string {
  const { id, source, program, sizeBytes, tables, rows, durations, folder, digest, verification, reference } = backup;
  const state = backup.stateTables === 0 ? "" : ", and Lockkeeper's state";
  const lines = [
    `${paint("bold", id)}: ${source.database}, PostgreSQL ${formatServerVersion(source.serverVersion)}, ${count(tables, "table")}, ${count(rows, "row")}${state}`,
    `  ${program}, ${bytesInWords(sizeBytes)} in ${formatMs(durations.backupMs)}, at ${backup.lsn}, ${formatTime(backup.takenAt)}`,
    `  ${reference ?? folder}`,
    `  sha256 ${digest}`,
  ];
  if (verification === null) {
    return [...lines, "  Not verified: it counts once `lockkeeper backup verify` has restored it."].join("\n");
  }
  const { where, restoreMs, verifyMs, compared, changedMeanwhile, checkedRelations } = verification;
  const verified = paint("green", "Verified");
  if (where === "command" && compared + changedMeanwhile === 0) {
    const unseen = "it printed no URL of a restored copy, so nothing was compared";
    return [
      ...lines,
      `  ${verified} by the word of \`backup.verifyCommand\` in ${formatMs(verifyMs)}; ${unseen}.`,
    ].join("\n");
  }
  const only =
    changedMeanwhile === 0 ? "" : `, ${count(changedMeanwhile, "table")} written to meanwhile and not compared`;
  const withState = backup.stateTables === 0 ? "" : " (with those of the state)";
  const checked = checkedRelations === null ? "" : `, amcheck over ${count(checkedRelations, "relation")}`;
  return [
    ...lines,
    `  ${verified}: restored by the ${where} in ${formatMs(restoreMs)}, the rows of ${count(compared, "table")}${withState} are the same${only}${checked}; ${formatMs(verifyMs)} in all.`,
  ].join("\n");
}

interface ListedBackups {
  readonly folder: string;
  readonly backups: readonly BackupSummary[];
  readonly bad: readonly { readonly id: string; readonly reason: string }[];
  readonly unfinished: readonly UnfinishedBackup[];
}

export function listText({ folder, backups, bad, unfinished }: ListedBackups, paint: Paint): string {
  if (backups.length + bad.length + unfinished.length === 0) return `There is no backup in ${folder}.`;
  return [
    ...table(["backup", "taken", "database", "size", "made by", "state"], backups.map(rowOf)),
    ...backups.flatMap(({ failure }) => (failure === undefined ? [] : [`${paint("red", "✗")} ${failure.message}`])),
    ...bad.map(({ reason }) => `${paint("red", "✗")} ${reason}`),
    ...unfinished.map(({ id, atWork, since }) =>
      atWork
        ? `${id} is being taken since ${formatTime(since)}.`
        : `${id} was never finished; the next backup removes what there is of it.`,
    ),
  ].join("\n");
}

const rowOf = (backup: BackupSummary): readonly string[] => [
  backup.id,
  formatTime(backup.takenAt),
  backup.source.database,
  bytesInWords(backup.sizeBytes),
  backup.program,
  stateOf(backup),
];

function stateOf({ verification, failure }: BackupSummary): string {
  if (failure !== undefined) return `failed ${formatTime(failure.at)}`;
  return verification === null ? "not verified" : `verified ${formatTime(verification.at)}`;
}

export function fatesText(
  {
    removed,
    backups,
  }: {
    readonly removed: boolean;
    readonly backups: readonly (BackupSummary & { readonly keep: boolean; readonly why: string })[];
  },
  paint: Paint,
): string {
  const going = backups.filter(({ keep }) => !keep).length;
  const word = removed ? "removed" : "would be removed";
  return [
    ...backups.map(
      ({ id, source, keep, why }) =>
        `${keep ? paint("green", "keep") : paint("red", removed ? "gone" : "goes")}  ${id}  ${source.database}  ${why}`,
    ),
    going === 0 ? "Nothing goes." : `${count(going, "backup")} ${word}.`,
  ].join("\n");
}
