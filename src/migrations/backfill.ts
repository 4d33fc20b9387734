/** A row as its function gets it and gives it back: values as JSON has them, `bigint` and `numeric` as texts. */
export type BackfillRow = Readonly<Record<string, unknown>>;

/**
 * Rows in, rows out: each with the columns of its key as they came, and the columns that get another value. A row that is
 * left out stays as it is.
 */
export type BackfillBatch = (
  rows: readonly BackfillRow[],
  context: { /** Aborted when the answer is no longer waited for. */ readonly signal: AbortSignal },
) => readonly BackfillRow[] | Promise<readonly BackfillRow[]>;

/** Values that a function works out for the rows of a table. */
export interface Backfill {
  /** As in SQL: `users`, `app.users`, `"Users"`. */
  readonly table: string;
  /** What the function gets of each row beside its key, and may change; names as the catalog has them. */
  readonly columns: readonly string[];
  /** SQL condition on the row; absent: all rows. */
  readonly where?: string;
  readonly batch: BackfillBatch;
}

/** A step of a TypeScript migration that gives rows values which SQL cannot work out. */
export interface BackfillStep {
  readonly backfill: Backfill;
}

/**
 * Goes over the rows of a table in batches and gives each of them once to a function, which says what its columns hold from
 * then on. The rows of a batch are locked while the function works.
 *
 * @example
 * backfill({
 *   table: "users",
 *   columns: ["name", "slug"],
 *   where: "slug IS NULL",
 *   batch: (rows) => rows.map(({ id, name }) => ({ id, slug: slugify(String(name)) })),
 * });
 */
export function backfill(step: Backfill): BackfillStep {
  return { backfill: step };
}
