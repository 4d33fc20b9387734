import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Sequence } from "../../catalog/model/sequence.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";

/** The sequences that belong to a column of the table (OWNED BY), without those of identity columns. */
const sequencesOf = (table: Table, state: CatalogState): readonly Sequence[] =>
  state.store.linked("sequencesOf", keyOf(table)).flatMap((key) => state.store.maps.sequences.get(key) ?? []);

/** The sequences that go where the table goes: those of identity columns and owned ones. */
export function ownedSequences(table: Table, state: CatalogState, column?: string): readonly QualifiedName[] {
  const columns = table.columns.filter(({ name }) => column === undefined || name === column);
  return [
    ...columns.flatMap(({ identity }) => identity?.sequence ?? []),
    ...sequencesOf(table, state).filter(({ ownedBy }) => column === undefined || ownedBy?.column === column),
  ];
}
