import type { LockMode } from "../../effects/lock-mode.ts";
import { failureKind } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Failure } from "./watched.ts";

/** Whether others could use a table meanwhile. */
export interface Probed {
  readonly reads: boolean;
  readonly writes: boolean;
}

/** What one statement was seen to do. */
export interface Observation {
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** By oid: every mode that was held, or waited for. */
  readonly locks: ReadonlyMap<number, ReadonlySet<LockMode>>;
  /** Held by earlier statements of the transaction already. */
  readonly locksBefore: ReadonlyMap<number, ReadonlySet<LockMode>>;
  /** By oid of the table: true is blocked. */
  readonly blocked: ReadonlyMap<number, Probed>;
  readonly blockedBefore: ReadonlyMap<number, Probed>;
  /** DEBUG1 and the like. */
  readonly notices: readonly string[];
  /** Absent when the statement succeeded. */
  readonly failed?: Failure;
}

const LOCKS = `
SELECT relation::int8::float8 AS oid, mode FROM pg_locks
WHERE pid = $1 AND locktype = 'relation' AND relation >= 16384 AND database IN (SELECT datid FROM pg_stat_get_activity($1))`;

/**
 * The locks that a backend holds or waits for on relations of the user's.
 *
 * @param watcher of any database of the server
 */
export async function locksOf(watcher: Session, pid: number): Promise<Map<number, Set<LockMode>>> {
  const locks = new Map<number, Set<LockMode>>();
  for (const { oid, mode } of await watcher.query<{ oid: number; mode: string }>(LOCKS, [pid])) {
    addLock(locks, oid, lockModeOf(mode));
  }
  return locks;
}

export function addLock(locks: Map<number, Set<LockMode>>, oid: number, mode: LockMode): void {
  const modes = locks.get(oid) ?? new Set();
  modes.add(mode);
  locks.set(oid, modes);
}

/** `ShareUpdateExclusiveLock` is SHARE UPDATE EXCLUSIVE. */
export const lockModeOf = (mode: string): LockMode =>
  mode
    .replace(/Lock$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase() as LockMode;

/**
 * Reads and writes every table in one go, but those with foreign tables below them, whose rows are others'; a short
 * lock_timeout says who must wait. What it locks itself is let go at its end. The DELETE's condition is one that the
 * planner cannot know to be false: it must look at every partition.
 */
const PROBE = `
CREATE FUNCTION pg_temp.probe(tables oid[], names text[], kinds text[])
RETURNS TABLE (oid float8, reads boolean, writes boolean) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. coalesce(array_length(tables, 1), 0) LOOP
    BEGIN
      CONTINUE WHEN EXISTS (
        WITH RECURSIVE heirs AS (
          SELECT tables[i] AS heir UNION SELECT inhrelid FROM pg_inherits JOIN heirs ON inhparent = heir
        ) SELECT FROM heirs JOIN pg_class c ON c.oid = heir WHERE c.relkind = 'f'
      );
    EXCEPTION WHEN lock_not_available THEN NULL; -- the catalogs themselves are locked: so is every table
    END;
    oid := tables[i]::int8;
    reads := false;
    writes := false;
    BEGIN
      EXECUTE 'SELECT FROM ' || names[i] || ' LIMIT 1';
    EXCEPTION
      WHEN lock_not_available THEN reads := true;
      WHEN undefined_table THEN CONTINUE; -- made by the same transaction
      WHEN object_not_in_prerequisite_state THEN NULL; -- a materialized view that was never filled
    END;
    IF kinds[i] IN ('r', 'p') THEN
      BEGIN
        EXECUTE 'DELETE FROM ' || names[i] || ' WHERE random() < 0';
      EXCEPTION WHEN lock_not_available THEN writes := true;
      END;
    END IF;
    RETURN NEXT;
  END LOOP;
END $$`;

/** Makes a session ready to `probe`; false when its own reading is counted like the statement's. */
export async function readyToProbe(session: Session): Promise<boolean> {
  await session.query(PROBE);
  await session.query("SET lock_timeout = '5ms'");
  return await leaveUncounted(session);
}

/** Keeps what a session reads out of the counts of scans; false when its role may not. */
export async function leaveUncounted(session: Session): Promise<boolean> {
  try {
    await session.query("SET track_counts = off");
    return true;
  } catch (error) {
    if (failureKind(error) === "permission") return false;
    throw error;
  }
}

/** Which tables and materialized views others can neither read nor write. */
export async function probe(session: Session, relations: Snapshot): Promise<Map<number, Probed>> {
  const tables = [...relations.values()].filter(
    ({ kind, schema }) => ["r", "p", "m"].includes(kind) && !schema.startsWith("pg_temp"),
  );
  const rows = await session.query<{ oid: number } & Probed>(
    `SELECT probed.* FROM pg_temp.probe($1, $2, $3) AS probed`,
    [tables.map(({ oid }) => oid), tables.map(quoteQualified), tables.map(({ kind }) => kind)],
  );
  return new Map(rows.map(({ oid, reads, writes }) => [oid, { reads, writes }]));
}
