import { join } from "node:path";
import type { BackupPoint } from "./backup-point.ts";
import { shellWord } from "./shell-word.ts";

/** Lines for a shell that restore a backup into the database that RESTORE_URL names, which is to be empty. */
export function restoreCommands({ provider, location }: BackupPoint): readonly string[] {
  return provider === "pg_dump"
    ? [`pg_restore --jobs 4 --no-owner --dbname "$RESTORE_URL" ${shellWord(join(location, "data"))}`]
    : [];
}
