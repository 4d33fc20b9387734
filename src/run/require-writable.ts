import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { DatabaseState } from "./read-state.ts";

/** @throws LockkeeperError `database_read_only` */
export function requireWritable(state: Pick<DatabaseState, "database" | "readOnly" | "inRecovery">): void {
  if (state.readOnly) {
    throw new LockkeeperError("database_read_only", {
      message: state.inRecovery
        ? `${state.database} is on a standby.`
        : `Transactions in ${state.database} are read-only by default.`,
      action: state.inRecovery
        ? "Connect to the primary."
        : "Reset default_transaction_read_only for this role and database.",
      notDone: "Nothing was changed.",
    });
  }
}
