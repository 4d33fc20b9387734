import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { compareIds } from "../migrations/order-migrations.ts";
import type { AppliedMigration, DatabaseState } from "./read-state.ts";

export interface HistoryComparison {
  /** In the order in which they run. */
  readonly pending: readonly Migration[];
  /** Applied here by a newer release: ids this program has no file for, all newer than its newest. */
  readonly ahead: readonly string[];
}

export interface CompareOptions {
  readonly allowOutOfOrder?: boolean;
}

/**
 * Holds the files against the history; pure.
 *
 * @throws LockkeeperError `migration_edited`, `migration_missing`, `migration_out_of_order`, `schema_below_floor`
 */
export function compareHistory(
  migrations: readonly Migration[],
  state: Pick<DatabaseState, "applied" | "floor">,
  options: CompareOptions = {},
): HistoryComparison {
  const files = new Map(migrations.map((migration) => [migration.id, migration]));
  const applied = new Map(state.applied.map((entry) => [entry.id, entry]));
  const newest = migrations.at(-1);
  requireFloor(state.floor, files, newest);
  const ahead: string[] = [];
  for (const entry of state.applied) {
    const file = files.get(entry.id);
    if (file !== undefined) {
      requireUnedited(entry, file);
    } else if (!entry.fileGone) {
      const isNewer = newest === undefined || compareIds(entry.id, newest.id) > 0;
      if (!isNewer) {
        throw new LockkeeperError("migration_missing", {
          message: `${entry.id} was applied on ${entry.appliedAt}, but its file is gone while newer files are there.`,
          notDone: "Nothing was run.",
          data: { id: entry.id },
        });
      }
      ahead.push(entry.id);
    }
  }
  const pending = migrations.filter((migration) => !applied.has(migration.id));
  if (options.allowOutOfOrder !== true) {
    requireOrder(migrations, pending, applied);
  }
  return { pending, ahead };
}

function requireFloor(
  floor: string | null,
  files: ReadonlyMap<string, Migration>,
  newest: Migration | undefined,
): void {
  if (floor !== null && newest !== undefined && !files.has(floor) && compareIds(floor, newest.id) > 0) {
    throw new LockkeeperError("schema_below_floor", {
      message: `The database serves releases from ${floor} on; the newest migration of this one is ${newest.id}.`,
      notDone: "Nothing was run.",
      data: { floor, newest: newest.id },
    });
  }
}

function requireUnedited(entry: AppliedMigration, file: Migration): void {
  if (entry.checksum !== file.checksum) {
    throw new LockkeeperError("migration_edited", {
      message: `${file.file} was edited after it was applied: recorded ${entry.checksum}, now ${file.checksum}.`,
      at: { file: file.file },
      action: `Put the file back, or record the new text on purpose: lockkeeper repair ${entry.id} --reason "…"`,
      notDone: "Nothing was run.",
      data: { id: entry.id, recorded: entry.checksum, found: file.checksum },
    });
  }
}

/** Order is that of the files: dependencies may have moved a higher number to the front. */
function requireOrder(
  migrations: readonly Migration[],
  pending: readonly Migration[],
  applied: ReadonlyMap<string, AppliedMigration>,
): void {
  const lastApplied = migrations.findLast((migration) => applied.has(migration.id));
  const [first] = pending;
  if (first !== undefined && lastApplied !== undefined && migrations.indexOf(first) < migrations.indexOf(lastApplied)) {
    throw new LockkeeperError("migration_out_of_order", {
      message: `${first.id} is pending, but ${lastApplied.id}, which comes after it, was applied.`,
      at: { file: first.file },
      notDone: "Nothing was run.",
      data: { pending: first.id, applied: lastApplied.id },
    });
  }
}
