import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { quoteIdentifier } from "../../sql/quote.ts";

/** A publication by which subscribers see every column that a table has, by its name. */
export interface ShownWhole {
  readonly publication: string;
  /**
   * What to do about it in front of a change that they must not see.
   *
   * @param columns those that the publication is to list, in words
   */
  readonly insteadListing: (columns: string) => string;
}

/** The publication that shows all columns of a table, or of one below it; absent: there is none. */
export function shownWhole(table: Table, state: CatalogState): ShownWhole | undefined {
  const all = [table, ...state.descendantsOf(table)];
  const found = [...state.store.maps.publications.values()].find(
    ({ allTables, schemas, tables }) =>
      allTables ||
      all.some(
        (one) =>
          schemas.includes(one.schema) ||
          tables.some((entry) => keyOf(entry) === keyOf(one) && entry.columns === undefined),
      ),
  );
  if (found === undefined) return undefined;
  const isFull = all.some(({ replicaIdentity }) => replicaIdentity === "full");
  const first = isFull
    ? "give the table another replica identity than FULL, beside which PostgreSQL refuses to update a table whose columns are listed, and "
    : "";
  const alter = `ALTER PUBLICATION ${quoteIdentifier(found.name)} SET TABLE …`;
  return {
    publication: found.name,
    insteadListing: (columns) => `${first}list ${columns} in the publication first (${alter})`,
  };
}
