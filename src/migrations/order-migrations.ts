import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration, MigrationReference } from "./migration.ts";
import { allReplaced } from "./replaced.ts";

/**
 * Compares ids by their numeric prefix (so that 10 follows 9, whatever the zeros), then by the rest.
 * Prefixes longer than a double holds, such as timestamps with nanoseconds, are compared as text of equal length.
 */
export function compareIds(left: string, right: string): number {
  const a = numericPrefix(left);
  const b = numericPrefix(right);
  if (a !== undefined && b !== undefined && a !== b) {
    return a.length !== b.length ? a.length - b.length : a < b ? -1 : 1;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The number an id begins with; the hash of a revision may begin with digits too. */
function numericPrefix(id: string): string | undefined {
  return /^[Vv]?0*(\d+)(?![0-9A-Za-z])/.exec(id)?.[1];
}

/** Whether the id begins with a number that gives its order. */
export const isNumbered = (id: string): boolean => numericPrefix(id) !== undefined;

/**
 * Orders migrations by prefix, then so that each follows what it depends on; among those that may come next, the one
 * with the smallest prefix comes first.
 *
 * @param foreign migrations of another tool, in that tool's order, which stays as it is
 * @throws LockkeeperError `migration_id_duplicate`, `migration_dependency_missing`, `migration_dependency_cycle`,
 *   `squash_unfinished`
 */
export function orderMigrations(migrations: readonly Migration[], foreign: readonly Migration[] = []): Migration[] {
  const sorted = merge(
    [...migrations].sort((a, b) => compareIds(a.id, b.id)),
    foreign,
  );
  const byId = new Map<string, Migration>();
  for (const migration of sorted) {
    const other = byId.get(migration.id);
    if (other !== undefined) {
      throw new LockkeeperError("migration_id_duplicate", {
        message: `The id ${migration.id} is used by ${other.file} and by ${migration.file}.`,
        at: { file: migration.file },
        notDone: "Nothing was run.",
      });
    }
    byId.set(migration.id, migration);
  }
  for (const migration of sorted) {
    const replaced = allReplaced(migration.directives).flatMap((id) => byId.get(id) ?? []);
    if (replaced.length > 0) throw unfinished(migration, replaced);
    for (const reference of migration.directives.references) {
      if (!byId.has(reference.id)) {
        throw unmet(migration, reference, "is not there");
      }
    }
  }
  if (sorted.every((migration) => migration.directives.depends.length === 0)) {
    return contractsBackwards(sorted);
  }
  const ordered: Migration[] = [];
  const placed = new Set<string>();
  let waiting = sorted;
  while (waiting.length > 0) {
    const next = waiting.find((migration) => migration.directives.depends.every((id) => placed.has(id)));
    if (next === undefined) {
      throw cycle(waiting);
    }
    ordered.push(next);
    placed.add(next.id);
    waiting = waiting.filter((migration) => migration !== next);
  }
  return contractsBackwards(ordered);
}

/** A floor above the migration that raises it would lock out the very release that brings it. */
function contractsBackwards(ordered: Migration[]): Migration[] {
  const positions = new Map(ordered.map(({ id }, position) => [id, position]));
  for (const [position, migration] of ordered.entries()) {
    for (const reference of migration.directives.references) {
      if (reference.directive === "contract" && (positions.get(reference.id) ?? 0) > position) {
        throw unmet(migration, reference, "comes after it");
      }
    }
  }
  return ordered;
}

function unfinished({ id, file }: Migration, replaced: readonly Migration[]): LockkeeperError {
  return new LockkeeperError("squash_unfinished", {
    message: `${id} replaces ${replaced.map((one) => one.id).join(", ")}, which ${replaced.length === 1 ? "is a file" : "are files"} still.`,
    at: { file },
    notDone: "Nothing was run.",
    data: { squash: id, left: replaced.map((one) => one.file) },
  });
}

function unmet(migration: Migration, { directive, id, line }: MigrationReference, why: string): LockkeeperError {
  const verb = directive === "depends" ? "depends on" : "contracts";
  return new LockkeeperError("migration_dependency_missing", {
    message: `${migration.id} ${verb} ${id}, which ${why}.`,
    at: { file: migration.file, line },
    action: `Mend the \`${directive}\` directive or add the missing file.`,
    notDone: "Nothing was run.",
  });
}

/** Each of ours comes after every foreign one with a smaller number, and after all where the tool counts otherwise. */
function merge(ours: readonly Migration[], foreign: readonly Migration[]): Migration[] {
  const merged: Migration[] = [];
  let next = 0;
  for (const own of ours) {
    const last = foreign.findLastIndex((other) => !isNumbered(other.id) || compareIds(other.id, own.id) < 0);
    merged.push(...foreign.slice(next, Math.max(next, last + 1)), own);
    next = Math.max(next, last + 1);
  }
  return [...merged, ...foreign.slice(next)];
}

/** Every waiting migration waits for another waiting one, so following the first such edge must come round. */
function cycle(waiting: readonly Migration[]): LockkeeperError {
  const blocked = new Map(waiting.map((migration) => [migration.id, migration]));
  const path: Migration[] = [];
  let at = waiting[0];
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = at.directives.depends.map((id) => blocked.get(id)).find((dependency) => dependency !== undefined);
  }
  const ring = at === undefined ? path : path.slice(path.indexOf(at));
  const ids = ring.map((migration) => migration.id);
  return new LockkeeperError("migration_dependency_cycle", {
    message: `These migrations depend on each other in a circle: ${[...ids, ids[0]].join(" -> ")}.`,
    at: { file: ring[0]?.file ?? "" },
    notDone: "Nothing was run.",
    data: { cycle: ids },
  });
}
