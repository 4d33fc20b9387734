import type { Query } from "./query.ts";

/**
 * Definitions are printed for the reading session: names are qualified that its search_path does not reach, and
 * constants of dates, times and money follow its settings.
 */
const SETTINGS = `
SET LOCAL search_path = '';
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex';
SET LOCAL lc_monetary = 'C';
SET LOCAL quote_all_identifiers = off;
SET LOCAL jit = off`;

/**
 * Whose transaction the catalog is read in: a new one with a snapshot of its own, or the one that is open, as it stands;
 * its settings are put back.
 */
export type Snapshot = "own" | "open transaction";

const BRACKETS: Readonly<Record<Snapshot, { begin: string; end: string; fail: string }>> = {
  own: { begin: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", end: "ROLLBACK", fail: "ROLLBACK" },
  "open transaction": {
    begin: "SAVEPOINT lockkeeper_catalog",
    // Takes the settings back; there is nothing else to take back.
    end: "ROLLBACK TO SAVEPOINT lockkeeper_catalog; RELEASE SAVEPOINT lockkeeper_catalog",
    fail: "ROLLBACK TO SAVEPOINT lockkeeper_catalog; RELEASE SAVEPOINT lockkeeper_catalog",
  },
};

/** One message before the work and one after it. */
export async function inSnapshot<T>(
  query: Query,
  { snapshot, lockTimeoutMs }: { readonly snapshot: Snapshot; readonly lockTimeoutMs: number | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const { begin, end, fail } = BRACKETS[snapshot];
  await query(`${begin};${lockTimeoutMs === undefined ? "" : `SET LOCAL lock_timeout = ${lockTimeoutMs};`}${SETTINGS}`);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await query(fail).catch(() => {});
    throw error;
  }
  await query(end);
  return result;
}
