import { LockkeeperError } from "../../../errors/lockkeeper-error.ts";
import type { Migration } from "../../../migrations/migration.ts";
import { describeDatabase } from "../../../postgres/database-url.ts";
import { connect } from "../../../postgres/session.ts";
import type { Backup } from "../../backup/backup.ts";
import { findBackup, newestVerified } from "../../backup/newest-verified.ts";
import { type RestoreOptions, restoreBackup } from "../../backup/restore-backup.ts";
import { giveDatabaseSettings } from "../../database-settings.ts";
import type { Copy } from "./copy.ts";
import { makeRolesNamed } from "./make-roles-named.ts";

export interface RestoredCopyOptions extends RestoreOptions {
  /** The database that the plan is for. */
  readonly production: string;
  /** Of the backups. */
  readonly folder: string;
  /** Another one than the newest that is verified. */
  readonly id?: string;
  /** Server to restore into; an embedded one when undefined. */
  readonly server?: string;
  readonly migrations: readonly Migration[];
  /** Under which they run. */
  readonly role?: string;
}

/**
 * The newest verified backup of the database, restored.
 *
 * @throws LockkeeperError `rehearsal_refused` where there is none; those of `findBackup` and `restoreBackup`
 */
export async function restoredCopy(options: RestoredCopyOptions): Promise<Copy> {
  const { server, migrations, role } = options;
  const backup = await chosenBackup(options);
  const restored = await restoreBackup(backup, { server }, options);
  try {
    const ownServer = restored.place === "embedded server";
    if (ownServer) {
      await using session = await connect(restored.url, { applicationName: "lockkeeper rehearsal" });
      await makeRolesNamed(session, migrations, role);
    }
    return {
      url: restored.url,
      kind: "backup",
      of: `backup ${backup.id}, taken ${backup.takenAt}`,
      ownServer,
      notes: [...restored.notes, ...(await giveDatabaseSettings(options.production, restored.url))],
      [Symbol.asyncDispose]: async () => restored[Symbol.asyncDispose](),
    };
  } catch (error) {
    await restored[Symbol.asyncDispose]();
    throw error;
  }
}

async function chosenBackup({ production, folder, id }: RestoredCopyOptions): Promise<Backup> {
  if (id !== undefined) return findBackup(folder, id);
  await using session = await connect(production, { applicationName: "lockkeeper rehearsal" });
  const newest = await newestVerified(session, folder);
  if (newest !== undefined) return newest;
  throw new LockkeeperError("rehearsal_refused", {
    message: `There is no verified backup of ${describeDatabase(production)} in ${folder}.`,
    notDone: "Nothing was rehearsed.",
    action:
      "Take one: `lockkeeper backup --verify`. Or rehearse on a clone (--clone), on a copy of your own (--on URL --disposable), or on a schema with seeds (--ci).",
  });
}
