import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { databaseOf, describeDatabase } from "../../postgres/database-url.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { urlToChange } from "../../run/target.ts";
import type { Backup } from "../../safety/backup/backup.ts";
import { type BackupOverrides, backupOptions } from "../../safety/backup/backup-options.ts";
import { findBackup, newestToRestore } from "../../safety/backup/newest-verified.ts";
import { fatesInFolder, removeBackups } from "../../safety/backup/prune-backups.ts";
import { readBackups } from "../../safety/backup/read-backups.ts";
import { restoreBackup } from "../../safety/backup/restore-backup.ts";
import { takeBackup } from "../../safety/backup/take-backup.ts";
import { verifyBackup } from "../../safety/backup/verify-backup.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatTime } from "../format.ts";
import { type BackupSummary, backupText, fatesText, listText, summaryOf } from "../renderers/backup-text.ts";

export interface BackupFlags extends BackupOverrides {
  readonly verify?: boolean;
  readonly into?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const ACTIONS = ["take", "verify", "restore", "list", "prune"] as const;

export async function run(
  context: CommandContext,
  [action = "take", id, more]: readonly string[],
  flags: BackupFlags,
): Promise<CommandResult> {
  const chosen = ACTIONS.find((one) => one === action);
  if (chosen === undefined) throw wrongUsage(`There is no \`backup ${action}\`: it is ${ACTIONS.join(", ")}.`);
  if (more !== undefined || (id !== undefined && chosen !== "verify" && chosen !== "restore")) {
    throw wrongUsage(`\`backup ${action}\` does not take ${JSON.stringify(more ?? id)}.`);
  }
  return await namingFailures(async () => {
    switch (chosen) {
      case "take":
        return await take(context, flags);
      case "verify":
        return await verify(context, flags, id);
      case "restore":
        return await restore(context, flags, id);
      case "list":
        return await list(context, flags);
      case "prune":
        return await prune(context, flags);
    }
  });
}

const wrongUsage = (message: string): LockkeeperError =>
  new LockkeeperError("usage", {
    message,
    notDone: "Nothing was run.",
    action: "`lockkeeper backup --help` tells more.",
  });

async function take(context: CommandContext, flags: BackupFlags): Promise<CommandResult> {
  const config = await context.config();
  const options = { ...backupOptions(config, flags), ...during(context), url: urlToChange(config) };
  const backup = await takeBackup(options);
  if (flags.verify !== true) return told(backup);
  context.note(`${backup.id} is taken; restoring it`);
  return told(await verifyBackup(backup, { ...options, server: config.scratch.named }));
}

async function verify(context: CommandContext, flags: BackupFlags, id: string | undefined): Promise<CommandResult> {
  const config = await context.config();
  const options = { ...backupOptions(config, flags), ...during(context), url: urlToChange(config) };
  const backup = findBackup(options.folder, id, databaseOf(options.url));
  return told(await verifyBackup(backup, { ...options, server: config.scratch.named }));
}

const told = (backup: Backup): CommandResult =>
  commandResult(summaryOf(backup), backupText, { log: { backup: backup.id, verified: backup.verification !== null } });

const during = (context: CommandContext) => ({
  signal: context.endOnSignals().soon,
  onProgress: (text: string): void => context.note(text),
});

async function restore(context: CommandContext, flags: BackupFlags, id: string | undefined): Promise<CommandResult> {
  if (flags.into === undefined) throw wrongUsage("`backup restore` needs --into URL: the database that is to be made.");
  const config = await context.config();
  const options = { ...backupOptions(config, flags), ...during(context) };
  const server = new URL(flags.into);
  const database = decodeURIComponent(server.pathname.slice(1));
  if (database === "") throw wrongUsage("--into names no database.");
  server.pathname = "/postgres";
  const source = config.directDatabase ?? config.database;
  const { backup, passedOver } =
    id === undefined
      ? newestToRestore(options.folder, source === undefined ? undefined : databaseOf(source))
      : { backup: findBackup(options.folder, id), passedOver: [] };
  if (id === undefined) {
    context.note(`${backup.id} is the newest of ${backup.source.database} that was verified; restoring it`);
  }
  if (passedOver.length > 0) context.note(`newer, and passed over, for it was not verified: ${passedOver.join(", ")}`);
  await using restored = await restoreBackup(backup, { server: server.href, database }, options);
  const into = describeDatabase(restored.url);
  return commandResult(
    {
      id: backup.id,
      database: backup.source.database,
      takenAt: backup.takenAt,
      into,
      restoreMs: restored.restoreMs,
      notes: restored.notes,
    },
    ({ id: restoredId, database: name, takenAt, into: place, notes }) =>
      [`${restoredId} is restored: ${name}, taken ${formatTime(takenAt)}, as ${place}`, ...notes].join("\n"),
  );
}

async function list(context: CommandContext, flags: BackupFlags): Promise<CommandResult> {
  const { folder } = backupOptions(await context.config(), flags);
  const { backups, bad, unfinished } = readBackups(folder);
  const data = {
    folder,
    backups: backups.map(summaryOf),
    bad: bad.map(({ error, ...one }) => ({ ...one, reason: error.message })),
    unfinished,
  };
  return commandResult(data, listText);
}

async function prune(context: CommandContext, flags: BackupFlags): Promise<CommandResult> {
  const options = backupOptions(await context.config(), flags);
  const { backups } = readBackups(options.folder);
  const fates = await fatesInFolder(backups, options.retention, Date.now(), context.endOnSignals().soon);
  const going: readonly BackupSummary[] = fates.filter(({ keep }) => !keep).map(({ backup }) => summaryOf(backup));
  const data = {
    removed: flags.dryRun !== true,
    backups: fates.map(({ backup, keep, why }) => ({ ...summaryOf(backup), keep, why })),
  };
  if (going.length > 0 && flags.dryRun !== true) {
    await confirm(context, going, flags.yes === true);
    removeBackups(fates);
  }
  return commandResult(data, fatesText);
}

async function confirm({ ask }: CommandContext, going: readonly BackupSummary[], isConfirmed: boolean): Promise<void> {
  if (isConfirmed) return;
  const ids = going.map(({ id, source }) => `${id} of ${source.database}`).join("\n");
  const what = count(going.length, "backup");
  if (ask !== undefined && (await ask(`${what} will be removed. Go on?`, ids))) return;
  throw new LockkeeperError("confirmation_required", {
    message: `${what} would be removed:\n${ids}`,
    notDone: "Nothing was removed.",
    action: "Look at them with `lockkeeper backup prune --dry-run`, then repeat it with --yes.",
    data: { backups: going.map(({ id }) => id) },
  });
}
