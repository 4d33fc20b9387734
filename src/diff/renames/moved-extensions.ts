import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { elementsOf } from "../elements-of.ts";
import type { Change, DiffStatement, Rename } from "../schema-diff.ts";
import { escaped, OPERATOR, OPERATOR_CLASS } from "./name-map.ts";
import { renameCatalog } from "./rename-catalog.ts";

/** Extensions that have moved to other schemas, and what follows them by itself. */
export interface MovedExtensions {
  readonly statements: readonly DiffStatement[];
  /** As it is behind the statements. */
  readonly catalog: Catalog;
  readonly changes: readonly Change[];
}

/**
 * Moves extensions before everything else where something is made of what they bring: columns of their types go along as
 * they are. Which names are theirs is seen by what is in the new schema on the other side, and is nobody's own.
 */
export function withMovedExtensions(from: Catalog, to: Catalog): MovedExtensions {
  const moved = from.extensions.flatMap((one) => {
    const after = to.extensions.find(({ name }) => name === one.name);
    if (after === undefined || after.schema === one.schema) return [];
    const names = namesMoved(from, one.schema, to, after.schema);
    return names.length === 0 ? [] : [{ name: one.name, before: one.schema, after: after.schema, names }];
  });
  if (moved.length === 0) return { statements: [], catalog: from, changes: [] };
  const renames = moved.flatMap(({ before, after, names }) =>
    names.flatMap((name) => {
      const id = (kind: string, schema: string): ObjectId => `${kind}:${quoteQualified({ schema, name })}`;
      const kinds = /^\w/.test(name) ? ["type", OPERATOR_CLASS] : [OPERATOR];
      return kinds.map((kind): Rename => ({ from: id(kind, before), to: id(kind, after) }));
    }),
  );
  const made = to.schemas.filter(
    ({ name }) => moved.some(({ after }) => after === name) && !from.schemas.some((schema) => schema.name === name),
  );
  const catalog = renameCatalog(from, renames);
  const [old, now] = [elementsOf(from), elementsOf(to)];
  return {
    statements: [
      ...made.map(({ name, owner }) => ({
        sql: `CREATE SCHEMA ${quoteIdentifier(name)} AUTHORIZATION ${quoteIdentifier(owner)}`,
        for: [objectId("schema", name)],
      })),
      ...moved.map(({ name, after }) => ({
        sql: `ALTER EXTENSION ${quoteIdentifier(name)} SET SCHEMA ${quoteIdentifier(after)}`,
        for: [objectId("extension", name)],
      })),
    ],
    catalog: {
      ...catalog,
      schemas: [...catalog.schemas, ...made.map(({ name, owner }) => ({ name, owner }))],
      extensions: catalog.extensions.map((one) => ({
        ...one,
        schema: moved.find(({ name }) => name === one.name)?.after ?? one.schema,
      })),
    },
    changes: [
      ...made.flatMap(({ name }): Change[] => {
        const id = objectId("schema", name);
        const after = now.get(id);
        return after === undefined ? [] : [{ type: "added", id, kind: "schema", after }];
      }),
      ...moved.flatMap(({ name }): Change[] => {
        const id = objectId("extension", name);
        const [before, after] = [old.get(id), now.get(id)];
        return before === undefined || after === undefined
          ? []
          : [{ type: "changed", id, kind: "extension", before, after, fields: ["schema"] }];
      }),
    ],
  };
}

function namesMoved(from: Catalog, before: string, to: Catalog, after: string): readonly string[] {
  const [gone, come, kept] = [foreignNames(from, before), foreignNames(to, after), foreignNames(to, before)];
  return gone.filter((name) => come.includes(name) && !kept.includes(name));
}

/** What is said of a schema's objects in a catalog, without those that are the catalog's own. */
function foreignNames(catalog: Catalog, schema: string): readonly string[] {
  const asText = JSON.stringify(quoteIdentifier(schema)).slice(1, -1);
  const said = new RegExp(
    `(?<![\\w.]|\\\\")${escaped(asText)}\\.([a-z_][a-z0-9_$]*|[-+*/<>=~!@#%^&|\`?]+(?=\\)))`,
    "g",
  );
  const { tables, views, materializedViews, sequences, enums, composites, domains, ranges } = catalog;
  const relations: readonly QualifiedName[] = [...tables, ...views, ...materializedViews, ...sequences];
  const types: readonly QualifiedName[] = [...enums, ...composites, ...domains, ...ranges];
  const others: readonly QualifiedName[] = [...catalog.routines, ...catalog.aggregates, ...catalog.collations];
  const all = [...relations, ...types, ...others].filter((one) => one.schema === schema);
  const own = new Set(all.map(({ name }) => name));
  const names = [...JSON.stringify(catalog).matchAll(said)].map(([, name = ""]) => name);
  return [...new Set(names)].filter((name) => !own.has(name));
}
