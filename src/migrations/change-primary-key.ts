/** Another primary key for a table, as plain data. */
export interface PrimaryKeyChange {
  /** As in SQL: `orders`, `app.orders`, `"Orders"`. */
  readonly table: string;
  /** Its columns, in their order: names as the catalog has them, without quotes. */
  readonly columns: readonly string[];
  /** What becomes of the key that was: absent, a unique constraint, on which foreign keys go on relying. */
  readonly former?: "unique" | "dropped";
}

/** A step of a TypeScript migration that gives a table another primary key. */
export interface ChangePrimaryKeyStep {
  readonly changePrimaryKey: PrimaryKeyChange;
}

/**
 * A table gets another primary key, and no row is written: both indexes are built while everybody goes on, and the keys
 * change hands in one short transaction. Foreign keys that refer to the table stay in force all the time.
 *
 * @example
 * changePrimaryKey({ table: "orders", columns: ["tenant_id", "id"] });
 */
export function changePrimaryKey(change: PrimaryKeyChange): ChangePrimaryKeyStep {
  return { changePrimaryKey: change };
}
