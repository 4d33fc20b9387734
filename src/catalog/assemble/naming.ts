import type { QualifiedName } from "../model/names.ts";
import type { CatalogRows } from "../read/rows.ts";
import { COMMENTS } from "../read/sections/comments.ts";
import { INDEX_COLLATIONS, OPCLASSES } from "../read/sections/names.ts";
import { present } from "./present.ts";
import type { SystemCatalog } from "./registry.ts";

/** What every part of the catalog needs to turn keys into names. */
export interface Naming {
  readonly schema: (oid: number) => string;
  /** `{}` or `{ comment }`, to be spread. */
  readonly comment: (catalog: SystemCatalog, oid: number, column?: number) => { readonly comment?: string };
  readonly opclass: (oid: number) => QualifiedName;
  readonly collation: (oid: number) => QualifiedName;
}

export function namingOf({ schemaNames, bundle }: CatalogRows): Naming {
  const comments = new Map(
    COMMENTS.rows(bundle).map(({ class: catalog, oid, number, text }) => [`${catalog} ${oid} ${number}`, text]),
  );
  const opclasses = namesByOid(OPCLASSES.rows(bundle));
  const collations = namesByOid(INDEX_COLLATIONS.rows(bundle));
  return {
    schema: (oid) => schemaNames.get(oid) ?? String(oid),
    comment: (catalog, oid, column = 0) => present({ comment: comments.get(`${catalog} ${oid} ${column}`) }),
    opclass: (oid) => opclasses.get(oid) ?? UNNAMED,
    collation: (oid) => collations.get(oid) ?? UNNAMED,
  };
}

/** For OIDs that the server itself gave a moment ago. */
const UNNAMED: QualifiedName = { schema: "", name: "" };

function namesByOid(rows: readonly (QualifiedName & { readonly oid: number })[]): ReadonlyMap<number, QualifiedName> {
  return new Map(rows.map(({ oid, schema, name }) => [oid, { schema, name }]));
}
