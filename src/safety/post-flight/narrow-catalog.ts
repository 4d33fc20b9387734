import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import { objectId } from "../../catalog/object-id.ts";

/**
 * The part of a catalog that relations, and the views on them, are: what checks look at when they are to tell of a change
 * and not of the whole database.
 */
export function narrowCatalog(catalog: Catalog, relations: readonly QualifiedName[]): Catalog {
  const keys = new Set(relations.map(keyOf));
  const isMeant = (one: QualifiedName): boolean => keys.has(keyOf(one));
  const tables = catalog.tables.filter(
    (table) => isMeant(table) || table.indexes.some(({ name }) => isMeant({ schema: table.schema, name })),
  );
  const materializedViews = catalog.materializedViews.filter(isMeant);
  const dependents = dependentsOf(catalog, [...tables, ...materializedViews]);
  const names = new Set(tables.map(keyOf));
  return {
    ...catalog,
    tables,
    materializedViews,
    views: catalog.views.filter((view) => isMeant(view) || dependents.has(objectId("view", view.schema, view.name))),
    sequences: catalog.sequences.filter(
      (sequence) =>
        isMeant(sequence) ||
        (sequence.ownedBy !== undefined &&
          names.has(keyOf({ schema: sequence.ownedBy.schema, name: sequence.ownedBy.table }))),
    ),
  };
}

/** Ids of all that cannot be without the relations, or their columns. */
function dependentsOf({ dependencies, views }: Catalog, relations: readonly QualifiedName[]): ReadonlySet<string> {
  const found = new Set<string>();
  if (views.length === 0) return found;
  const waiting = relations.flatMap(({ schema, name }) =>
    (["table", "view", "materialized view"] as const).map((kind) => objectId(kind, schema, name)),
  );
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    for (const { from, to } of dependencies) {
      if (found.has(from) || !(to === one || to.startsWith(`column:${one.slice(one.indexOf(":") + 1)}.`))) continue;
      found.add(from);
      waiting.push(from);
    }
  }
  return found;
}

const keyOf = ({ schema, name }: QualifiedName): string => JSON.stringify([schema, name]);
