import { LockkeeperError } from "../../errors/lockkeeper-error.ts";

/** What is wrong with a backup that cannot be trusted. */
export type Defect = "manifest" | "missing file" | "extra file" | "truncated" | "altered" | "unfinished";

/** @param what a whole sentence */
export const backupInvalid = (id: string, defect: Defect, what: string): LockkeeperError =>
  new LockkeeperError("backup_invalid", {
    message: `Backup ${id}: ${what}`,
    notDone: "It was not restored, and does not count.",
    data: { backup: id, reason: defect },
  });
