import { type Catalog, LISTS_IN_SCHEMAS } from "../catalog/catalog.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import { type ObjectId, objectId } from "../catalog/object-id.ts";
import { quoteQualified } from "../sql/quote.ts";

/**
 * The catalog without some of its objects, the sequences that their columns own, and schemas that hold nothing else.
 */
export function withoutObjects(catalog: Catalog, isGone: (object: QualifiedName) => boolean): Catalog {
  const all = LISTS_IN_SCHEMAS.flatMap((list): readonly QualifiedName[] => catalog[list]);
  const gone = new Set(all.filter(isGone).map(quoteQualified));
  if (gone.size === 0) return catalog;
  for (const sequence of catalog.sequences) {
    if (sequence.ownedBy !== undefined && gone.has(tableOf(sequence.ownedBy))) gone.add(quoteQualified(sequence));
  }
  const isKept = (object: QualifiedName): boolean => !gone.has(quoteQualified(object));
  const inUse = new Set(all.filter(isKept).map(({ schema }) => schema));
  const emptied = new Set(
    all.filter((object) => !isKept(object) && !inUse.has(object.schema)).map(({ schema }) => schema),
  );
  // It is there in every database.
  emptied.delete("public");
  const ids = new Set<ObjectId>([
    ...[...emptied].map((schema) => objectId("schema", schema)),
    ...[...catalog.tables, ...catalog.materializedViews]
      .filter((relation) => !isKept(relation))
      .flatMap(({ schema, indexes }) => indexes.map(({ name }) => objectId("index", schema, name))),
  ]);
  const isGoneId = (id: ObjectId): boolean => ids.has(id) || gone.has(objectPartOf(id));
  return {
    ...catalog,
    ...Object.fromEntries(
      LISTS_IN_SCHEMAS.map((list) => [list, (catalog[list] as readonly QualifiedName[]).filter(isKept)]),
    ),
    schemas: catalog.schemas.filter(({ name }) => !emptied.has(name)),
    dependencies: catalog.dependencies.filter(({ from, to }) => !isGoneId(from) && !isGoneId(to)),
  };
}

const PART = '(?:"(?:[^"]|"")*"|[^".(]+)';
const OBJECT = new RegExp(`^[^:]+:(${PART}\\.${PART})`);

/** `public.orders` of `column:public.orders.id`. */
const objectPartOf = (id: ObjectId): string => OBJECT.exec(id)?.[1] ?? "";

const tableOf = ({ schema, table }: { readonly schema: string; readonly table: string }): string =>
  quoteQualified({ schema, name: table });
