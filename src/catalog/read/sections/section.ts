/** Rows of several queries in one answer, by section. */
export type Bundle = ReadonlyMap<string, readonly unknown[]>;

/** One of the queries that are sent together: most kinds have few objects, and a round trip each would cost more. */
export interface Section<Row> {
  readonly name: string;
  /** Selects the columns of `Row`, in the model's shape; NULL leaves a field out. */
  readonly sql: (version: number) => string;
  /**
   * A small query that gives a row wherever `sql` may give one: where it gives none, `sql` is not sent. To plan them
   * all is most of the time that a small database takes, and most kinds of objects are in few databases.
   */
  readonly probe: string | undefined;
  readonly rows: (bundle: Bundle) => readonly Row[];
}

/** What the rows of most sections have besides the fields of their kind. The server casts it: JSON quotes OIDs. */
export interface Keyed {
  readonly oid: number;
}

export interface KeyedInSchema extends Keyed {
  /** OID of the schema: its name is known already. */
  readonly schema: number;
}

/** A row that becomes `T` when its keys are replaced by names. */
export type RowOf<T> = T extends { readonly schema: string } ? Omit<T, "schema"> & KeyedInSchema : T & Keyed;

export function section<Row>(name: string, sql: string | ((version: number) => string), probe?: string): Section<Row> {
  return {
    name,
    probe,
    sql: typeof sql === "string" ? () => sql : sql,
    // The query makes the rows and nothing else does.
    rows: (bundle) => (bundle.get(name) ?? []) as readonly Row[],
  };
}

/** One query for all of them, each row as JSON beside the section's name. */
export function bundleSql(sections: readonly Section<unknown>[], version: number): string {
  // Whatever is left out, the parameters are the same.
  const nothing = "SELECT NULL AS section, NULL::json AS data WHERE $1::oid[] IS NULL AND $2::boolean IS NULL";
  const selects = sections.map(
    ({ name, sql }) => `SELECT '${name}' AS section, json_strip_nulls(row_to_json(x)) AS data FROM (${sql(version)}) x`,
  );
  return [nothing, ...selects].join("\nUNION ALL\n");
}
