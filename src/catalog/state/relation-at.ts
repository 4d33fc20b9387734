import type { QualifiedName } from "../model/names.ts";
import type { CatalogStore } from "./catalog-store.ts";
import { keyOf } from "./key-of.ts";
import type { Relation } from "./relation.ts";

/** The relation with that key, of whatever kind. */
export function relationAt(store: CatalogStore, key: string): Relation | undefined {
  const { maps } = store;
  const table = maps.tables.get(key);
  if (table !== undefined) {
    return { kind: "table", is: table };
  }
  const view = maps.views.get(key);
  if (view !== undefined) {
    return { kind: "view", is: view };
  }
  const materialized = maps.materializedViews.get(key);
  if (materialized !== undefined) {
    return { kind: "materialized view", is: materialized };
  }
  const sequence = maps.sequences.get(key);
  if (sequence !== undefined) {
    return { kind: "sequence", is: sequence };
  }
  const composite = maps.composites.get(key);
  return composite === undefined ? partAt(store, key) : { kind: "composite type", is: composite };
}

/** Indexes and the sequences of identity columns stand with their relation. */
function partAt(store: CatalogStore, key: string): Relation | undefined {
  const [owner] = store.linked("parts", key);
  if (owner === undefined) {
    return undefined;
  }
  const on = store.maps.tables.get(owner) ?? store.maps.materializedViews.get(owner);
  const index = on?.indexes.find(({ name }) => keyOf({ schema: on.schema, name }) === key);
  if (on !== undefined && index !== undefined) {
    return { kind: "index", is: index, on };
  }
  const table = store.maps.tables.get(owner);
  const column = table?.columns.find(({ identity }) => identity !== undefined && keyOf(identity.sequence) === key);
  if (table === undefined || column?.identity === undefined) {
    return undefined;
  }
  const { schema, name }: QualifiedName = column.identity.sequence;
  return { kind: "identity sequence", is: { schema, name }, table, column: column.name };
}
