/** A column that moves. */
export interface MovedColumn {
  /** Its type as in SQL, for a column that is made in the other table. Absent: the column is there already. */
  readonly type?: string;
  /** What it is called there; absent: as it was. */
  readonly as?: string;
}

/**
 * Columns that move to another table whose rows belong to those of theirs one to one, as plain data. Once `up` is done
 * both places live: whichever of them a client writes, the other one follows, until `contract`.
 */
export interface ColumnMove {
  /** As in SQL: `users`, `app.users`, `"Users"`. */
  readonly from: string;
  readonly to: string;
  /** The columns of `from` that are a key of it, each with that of `to` which holds the same. */
  readonly on: Readonly<Record<string, string>>;
  /** The columns, by the names that they have in `from`. */
  readonly columns: Readonly<Record<string, MovedColumn>>;
}

/** A step of a TypeScript migration that moves columns to another table. */
export interface MoveColumnStep {
  readonly moveColumn: ColumnMove;
}

/**
 * Columns move to another table whose rows belong to those of theirs one to one. Both live until `contract`, which
 * removes the old ones.
 *
 * @param move `on`: the key by which the rows belong together, as the one name that it has in both tables, or as the
 *   columns of the first table with those of the second
 * @example
 * moveColumn({
 *   from: { table: "users", columns: { bio: { type: "text" }, avatar: { type: "text", as: "picture" } } },
 *   to: { table: "profiles" },
 *   on: { id: "user_id" },
 * });
 */
export function moveColumn(move: {
  readonly from: { readonly table: string; readonly columns: Readonly<Record<string, MovedColumn>> };
  readonly to: { readonly table: string };
  readonly on: string | Readonly<Record<string, string>>;
}): MoveColumnStep {
  const { from, to, on } = move;
  return {
    moveColumn: {
      from: from.table,
      to: to.table,
      on: typeof on === "string" ? { [on]: on } : on,
      columns: from.columns,
    },
  };
}
