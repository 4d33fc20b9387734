import type { Catalog } from "../catalog/catalog.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import { byQualifiedName } from "./by-qualified-name.ts";
import { ColumnTypes } from "./column-types.ts";
import { TypeNames } from "./names.ts";
import { PropertyNames } from "./property-names.ts";
import { qualifiedKey } from "./qualified-key.ts";
import { relationsOf } from "./relations-of.ts";
import { TypeResolver } from "./type-resolver.ts";
import type { TypesOptions } from "./types-options.ts";

/** What everything that is written is written with. */
export interface TypesContext {
  readonly typeNames: TypeNames;
  readonly properties: PropertyNames;
  readonly resolver: TypeResolver;
  readonly columns: ColumnTypes;
  /** What a function that returns a composite type, or the rows of a relation, gives; undefined for other types. */
  readonly rowOf: (type: QualifiedName) => string | undefined;
}

/** What a schema and the configuration say, before anything is written. */
export function typesContext(catalog: Catalog, options: TypesOptions): TypesContext {
  const { enums, domains, ranges, composites } = catalog;
  const typeNames = new TypeNames();
  for (const type of [...enums, ...domains, ...ranges, ...composites].sort(byQualifiedName)) typeNames.takeType(type);
  const relations = relationsOf(catalog);
  for (const relation of relations) typeNames.takeRelation(relation);
  const resolver = new TypeResolver(catalog, typeNames, options.overrides);
  const compositeKeys = new Set(composites.map(qualifiedKey));
  const relationKeys = new Set(relations.map(qualifiedKey));
  return {
    typeNames,
    properties: new PropertyNames(options),
    resolver,
    columns: new ColumnTypes(options.columns),
    rowOf(type) {
      if (compositeKeys.has(qualifiedKey(type))) return typeNames.of(type);
      if (!relationKeys.has(qualifiedKey(type))) return undefined;
      resolver.helpers.add("Nullable");
      return `Nullable<${typeNames.of(type)}Row>`;
    },
  };
}
