import { count } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { compareIds, isNumbered } from "../migrations/order-migrations.ts";
import { allReplaced, lackingOf } from "../migrations/replaced.ts";
import { hasProgress } from "./prepare.ts";
import type { AppliedMigration, DatabaseState, UnfinishedRun } from "./read-state.ts";

export interface HistoryComparison {
  /** In the order in which they run. */
  readonly pending: readonly Migration[];
  /** Stand for migrations that are all applied: they are in force, and not recorded yet. */
  readonly squashed: readonly Migration[];
  /** Applied here by a newer release: ids this program has no file for, all newer than its newest. */
  readonly ahead: readonly string[];
}

/** A comparison with all that stands against running anything. */
export interface HistoryInspection extends HistoryComparison {
  /** Applied, and the file says something else by now. */
  readonly edited: readonly string[];
  /** Applied, and the file is gone while newer ones are there. */
  readonly missing: readonly string[];
  readonly problems: readonly LockkeeperError[];
}

export interface CompareOptions {
  readonly allowOutOfOrder?: boolean;
}

type RecordedHistory = Pick<DatabaseState, "applied" | "floor" | "unfinished">;

/**
 * Holds the files against the history; pure.
 *
 * @throws LockkeeperError `schema_below_floor`, `migration_edited`, `migration_missing`, `migration_out_of_order`,
 *   `squash_partial`
 */
export function compareHistory(
  migrations: readonly Migration[],
  state: RecordedHistory,
  options: CompareOptions = {},
): HistoryComparison {
  const inspection = inspectHistory(migrations, state, options);
  const [problem] = inspection.problems;
  if (problem !== undefined) {
    throw problem;
  }
  return inspection;
}

/** The same without throwing: every problem there is, the gravest first. */
export function inspectHistory(
  migrations: readonly Migration[],
  state: RecordedHistory,
  options: CompareOptions = {},
): HistoryInspection {
  const files = new Map(migrations.map((migration) => [migration.id, migration]));
  const applied = new Map(state.applied.map((entry) => [entry.id, entry]));
  const newest = migrations.at(-1);
  const problems = [...belowFloor(state.floor, files, newest)];
  const squashes = migrations.filter(({ id, directives }) => directives.replaces.length > 0 && !applied.has(id));
  const isApplied = (id: string): boolean => applied.has(id);
  const squashed = squashes.filter(({ directives }) => lackingOf(directives, isApplied).length === 0);
  for (const one of squashes) {
    const lacking = lackingOf(one.directives, isApplied);
    if (lacking.length > 0 && allReplaced(one.directives).some(isApplied)) problems.push(partOfSquash(one, lacking));
  }
  const replaced = new Set(migrations.flatMap(({ directives }) => allReplaced(directives)));
  const ahead: string[] = [];
  const edited: string[] = [];
  const missing: string[] = [];
  const lastWithFile = state.applied.findLastIndex((entry) => files.has(entry.id));
  for (const [position, entry] of state.applied.entries()) {
    const file = files.get(entry.id);
    if (file !== undefined) {
      if (entry.checksum !== file.checksum) {
        edited.push(entry.id);
        problems.push(editedSince(entry, file));
      }
    } else if (!entry.fileGone && !replaced.has(entry.id)) {
      if (isNewer(entry.id, newest?.id) ?? position > lastWithFile) {
        ahead.push(entry.id);
      } else {
        missing.push(entry.id);
        problems.push(missingFile(entry));
      }
    }
  }
  const pending = migrations.filter((migration) => !applied.has(migration.id) && !squashed.includes(migration));
  const halfDone = state.unfinished.filter(
    (run) => run.direction === "up" && hasProgress(run) && !applied.has(run.migration),
  );
  const lost = halfDone.filter(
    ({ migration }) => !files.has(migration) && (pending.length > 0 || isNewer(migration, newest?.id) !== true),
  );
  problems.push(...lost.map(missingPart));
  if (options.allowOutOfOrder !== true) {
    const begun = new Set([
      ...applied.keys(),
      ...squashed.map(({ id }) => id),
      ...halfDone.map(({ migration }) => migration),
    ]);
    problems.push(...outOfOrder(migrations, begun));
  }
  return { pending, squashed, ahead, edited, missing, problems };
}

function partOfSquash({ id, file, directives }: Migration, lacking: readonly string[]): LockkeeperError {
  return new LockkeeperError("squash_partial", {
    message: `${id} stands for ${count(directives.replaces.length, "migration")}; not applied here: ${lacking.slice(0, 5).join(", ")}${lacking.length > 5 ? ` and ${lacking.length - 5} more` : ""}.`,
    at: { file },
    notDone: "Nothing was run.",
    data: { squash: id, lacking },
  });
}

/** Undefined where the ids are not numbered, so that only the order of application can tell. */
function isNewer(id: string, newest: string | undefined): boolean | undefined {
  if (newest === undefined) {
    return true;
  }
  return isNumbered(id) && isNumbered(newest) ? compareIds(id, newest) > 0 : undefined;
}

function belowFloor(
  floor: string | null,
  files: ReadonlyMap<string, Migration>,
  newest: Migration | undefined,
): LockkeeperError[] {
  if (floor === null || newest === undefined || files.has(floor) || compareIds(floor, newest.id) <= 0) {
    return [];
  }
  return [
    new LockkeeperError("schema_below_floor", {
      message: `The database serves releases from ${floor} on; the newest migration of this one is ${newest.id}.`,
      notDone: "Nothing was run.",
      data: { floor, newest: newest.id },
    }),
  ];
}

function editedSince(entry: AppliedMigration, file: Migration): LockkeeperError {
  return new LockkeeperError("migration_edited", {
    message: `${file.file} was edited after it was applied: recorded ${entry.checksum}, now ${file.checksum}.`,
    at: { file: file.file },
    action: `Put the file back, or record the new text on purpose: lockkeeper repair ${entry.id} --reason "…"`,
    notDone: "Nothing was run.",
    data: { id: entry.id, recorded: entry.checksum, found: file.checksum },
  });
}

function missingFile(entry: AppliedMigration): LockkeeperError {
  return new LockkeeperError("migration_missing", {
    message: `${entry.id} was applied on ${entry.appliedAt}, but its file is gone while newer files are there.`,
    action: `Put the file back, or record its absence: lockkeeper repair ${entry.id} --reason "…"`,
    notDone: "Nothing was run.",
    data: { id: entry.id },
  });
}

/** A part that nobody knows how to finish: nothing may be built on it. */
function missingPart({ id, migration, done, steps }: UnfinishedRun): LockkeeperError {
  return new LockkeeperError("migration_missing", {
    message: `${migration} was applied in part (run ${id}, ${done.length} of ${count(steps, "step")}), but its file is gone.`,
    action:
      "Put the file back, finish it from the journal with `lockkeeper resume`, or take it back with `lockkeeper down`.",
    notDone: "Nothing was run.",
    data: { id: migration, run: id },
  });
}

/**
 * Order is that of the files: dependencies may have moved a higher number to the front.
 *
 * @param begun ids of what was applied, be it in part
 */
function outOfOrder(migrations: readonly Migration[], begun: ReadonlySet<string>): LockkeeperError[] {
  const last = migrations.findLast(({ id }) => begun.has(id));
  const first = migrations.find(({ id }) => !begun.has(id));
  if (first === undefined || last === undefined || migrations.indexOf(first) > migrations.indexOf(last)) {
    return [];
  }
  return [
    new LockkeeperError("migration_out_of_order", {
      message: `${first.id} is pending, but ${last.id}, which comes after it, was applied.`,
      at: { file: first.file },
      notDone: "Nothing was run.",
      data: { pending: first.id, applied: last.id },
    }),
  ];
}
