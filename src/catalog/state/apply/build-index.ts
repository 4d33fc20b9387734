import type { IndexElem } from "libpg-query";
import { nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { Column } from "../../model/column.ts";
import type { QualifiedName, TypeReference } from "../../model/names.ts";
import type { IndexKey, TableIndex } from "../../model/table-index.ts";
import type { ObjectId } from "../../object-id.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { figuredIndexName } from "./figured-name.ts";
import { inferredType } from "./inferred-type.ts";
import { defaultOpclass } from "./opclass.ts";
import { optionsOf } from "./options.ts";
import { referencesIn } from "./references.ts";
import { spelled } from "./spelled.ts";
import { typesOfConstants } from "./types-of-constants.ts";

/** The columns of what is indexed. */
export interface Indexed extends QualifiedName {
  readonly columns: readonly Column[];
}

export const columnNamed = (on: Indexed, name: string): Column | undefined =>
  on.columns.find((one) => one.name === name);

/** One key of an index as a statement writes it. */
export function indexKey(element: IndexElem, method: string, on: Indexed, state: CatalogState): IndexKey {
  const column = element.name === undefined ? undefined : columnNamed(on, element.name);
  const written = namesOf(element.opclass);
  const type = column?.type ?? inferredType(element.expr, on.columns, state);
  const descending = element.ordering === "SORTBY_DESC";
  const options = optionsOf(element.opclassopts);
  const collation = namesOf(element.collation);
  return {
    ...(element.name === undefined
      ? { expression: spelled(element.expr, { columns: on.columns, state }) }
      : { column: element.name }),
    opclass: written.length === 0 ? defaultOpclass(type, method, state) : opclassNamed(written, state),
    ...(options === undefined ? {} : { opclassOptions: options }),
    ...(collation.length === 0 ? ownCollation(element, type) : { collation: collationNamed(collation) }),
    descending,
    nullsFirst:
      element.nulls_ordering === "SORTBY_NULLS_FIRST" || (descending && element.nulls_ordering !== "SORTBY_NULLS_LAST"),
  };
}

/** An expression has no column whose collation it could share. */
const ownCollation = ({ name }: IndexElem, type: TypeReference): Pick<IndexKey, "collation"> =>
  name === undefined && COLLATED.has(type.name) ? { collation: { schema: "pg_catalog", name: "default" } } : {};

const COLLATED: ReadonlySet<string> = new Set(["text", "varchar", "bpchar"]);

/** Those of the server are looked for first; what is no class of its own comes with an extension. */
function opclassNamed(parts: readonly string[], { store, creationSchema }: CatalogState): QualifiedName {
  const name = parts.at(-1) ?? "";
  const schema = parts.at(-2);
  const trigram = store.maps.extensions.get("pg_trgm");
  if (schema === undefined && /_trgm_ops$/.test(name)) {
    return { schema: trigram?.schema ?? creationSchema, name };
  }
  return { schema: schema ?? "pg_catalog", name };
}

/** A collation: the server's own unless it is written with another schema. */
export const collationNamed = (parts: readonly string[]): QualifiedName => ({
  schema: parts.at(-2) ?? "pg_catalog",
  name: parts.at(-1) ?? "",
});

/** The names that an index's own name is made of. */
export const keyNames = (elements: readonly IndexElem[]): readonly string[] =>
  elements.map(({ indexcolname, name, expr }) => indexcolname ?? name ?? figuredIndexName(expr));

/** What an index that backs no constraint needs: columns go along with it, functions do not. */
export function indexNeeds(
  elements: readonly IndexElem[],
  predicate: PgNode | undefined,
  on: Indexed,
  relation: ObjectId,
  state: CatalogState,
): { readonly columns: readonly ObjectId[]; readonly objects: readonly ObjectId[] } {
  const expressions = [elements.map(({ expr }) => expr), predicate];
  const found = referencesIn(expressions, state);
  const names = [
    ...elements.flatMap(({ name }) => name ?? []),
    ...found.columns.flatMap((parts) => parts.at(-1) ?? []),
  ].filter((name) => columnNamed(on, name) !== undefined);
  return {
    columns:
      names.length === 0 ? [relation] : [...new Set(names)].map((name) => objectId("column", on.schema, on.name, name)),
    objects: [...found.objects, ...typesOfConstants(expressions, on.columns, state)],
  };
}

export const elementsOf = (nodes: readonly PgNode[] | undefined): readonly IndexElem[] => nodesAs(nodes, "IndexElem");

/** An index without anything special. */
export const PLAIN_INDEX = {
  method: "btree",
  unique: false,
  nullsNotDistinct: false,
  primary: false,
  include: [],
  partitioned: false,
  valid: true,
  ready: true,
  replicaIdentity: false,
  clustered: false,
  definition: "",
} as const satisfies Partial<TableIndex>;
