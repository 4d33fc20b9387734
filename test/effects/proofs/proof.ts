/**
 * Proofs that the predictions of `effectsOf` are what PostgreSQL does.
 *
 * How a family of statements adds its own: write `families/<name>.ts` that exports a {@link ProofFamily}, and add it to
 * the list in `families.ts`. `npm run effects:proofs -- --family <name> [--major 18] [--only <part of the SQL>]` runs it
 * alone; without arguments everything runs on all majors. The tests (`proofs-on-15.test.ts`, `proofs-on-18.test.ts`) run
 * everything on the oldest and the newest.
 *
 * Each family has a database of its own, filled by `schema` (tables must hold rows: data that can fail a statement, and
 * scans, go unseen on empty ones). Every proof is rolled back, so all of them start from the same tables. A statement
 * that PostgreSQL refuses inside a transaction runs on a copy of the database instead, where other sessions hold it up at
 * every step (see `src/trace/observe/observe-outside.ts`).
 *
 * The code that predicts: a function `(node, state, effects) => void` for each parser tag (`Families` of
 * `src/effects/family.ts`), entered in `FAMILIES` of `src/effects/effects-of.ts`. It says which relations are locked
 * (`effects.lockTable`, `effects.lockIndex`, `effects.lock`), adds to `works` (of tables and materialized views; what is
 * done to an index is work of its table) and to `mayFail`, and calls `leaveUnchecked` where it cannot tell. Blocks, sizes,
 * seconds and order follow from that. What PostgreSQL refuses inside a transaction is in
 * `src/effects/refused-in-transaction.ts`.
 *
 * What is compared:
 * - locks: the strongest mode on every table, view, sequence, … and on indexes from SHARE UPDATE EXCLUSIVE on; catalogs,
 *   TOAST and what the statement itself makes are left out;
 * - blocks: another session reads (`SELECT … LIMIT 1`) and writes (`DELETE` of no row) every table;
 * - works: see `src/trace/observe/works.ts`;
 * - mayFail: a statement that fails must be predicted to fail with that SQLSTATE, by a query that returns rows (or
 *   without a query); when it succeeds all queries must run and return none;
 * - transaction: whether PostgreSQL refuses the statement inside a transaction block.
 */
export interface ProofFamily {
  readonly name: string;
  /** Committed before the proofs; ANALYZE follows. */
  readonly schema: string;
  readonly proofs: readonly Proof[];
}

export interface Proof {
  readonly sql: string;
  /** Majors; absent: all. */
  readonly versions?: readonly number[];
  /** SET in the session before. Also what the prediction's state knows of settings. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The prediction owns that it does not see everything: what is blocked and done is not compared. */
  readonly unchecked?: true;
  /** Earlier statements in the same transaction (before the statement, when it runs outside of one). */
  readonly inTransaction?: readonly string[];
}
