import { LockkeeperError } from "../../errors/lockkeeper-error.ts";

const NO_BACKUP = "No backup was made; what there was of it is removed.";

/** How programs and the system say it. */
const NO_SPACE = /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/;

/**
 * Why a backup could not be taken.
 *
 * @param what a clause without a full stop
 * @param cause what a program or the system said
 */
export function backupFailed(what: string, cause: unknown, notDone: string = NO_BACKUP): LockkeeperError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new LockkeeperError(NO_SPACE.test(said) ? "backup_no_space" : "backup_failed", {
    message: `${what}: ${said.trim()}`,
    notDone,
    ...(cause instanceof Error ? { cause } : {}),
  });
}
