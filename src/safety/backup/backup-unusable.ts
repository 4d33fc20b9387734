import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { backupFailed } from "./backup-failed.ts";

/** @param what a whole sentence */
export const backupForeign = (
  id: string,
  reason: "other database" | "server version",
  what: string,
  action?: string,
): LockkeeperError =>
  new LockkeeperError("backup_foreign", {
    message: `Backup ${id}: ${what}`,
    notDone: "It was not restored, and does not count.",
    ...(action === undefined ? {} : { action }),
    data: { backup: id, reason },
  });

/** @param said what a program or the server said */
export function restoreFailed(id: string, said: string, cause?: unknown): LockkeeperError {
  const named = backupFailed(`Backup ${id} could not be restored`, said, "It does not count.");
  if (named.code === "backup_no_space") return named;
  return new LockkeeperError("backup_restore_failed", {
    message: named.message,
    notDone: "It does not count.",
    data: { backup: id },
    ...(cause === undefined ? {} : { cause }),
  });
}
