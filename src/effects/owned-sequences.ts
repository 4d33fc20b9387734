import type { QualifiedName } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { keyOf } from "../catalog/state/key-of.ts";

/** The sequences that belong to columns of a table: of serial and identity columns, and by OWNED BY. */
export function ownedSequences(table: Table, state: CatalogState): readonly QualifiedName[] {
  const owned = state.store
    .linked("sequencesOf", keyOf(table))
    .flatMap((key) => state.store.maps.sequences.get(key) ?? []);
  const identities = table.columns.flatMap(({ identity }) => (identity === undefined ? [] : identity.sequence));
  return [...owned, ...identities].map(({ schema, name }) => ({ schema, name }));
}
