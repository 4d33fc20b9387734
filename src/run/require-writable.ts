import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { DatabaseState } from "./read-state.ts";

/** @throws LockkeeperError `database_read_only` */
export function requireWritable(state: Pick<DatabaseState, "database" | "readOnly">): void {
  if (state.readOnly) {
    throw new LockkeeperError("database_read_only", {
      message: `${state.database} is in recovery or read-only.`,
      notDone: "Nothing was changed.",
    });
  }
}
