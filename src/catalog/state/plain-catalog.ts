import { byName, bySchemaAndName, sorted } from "../assemble/sorted.ts";
import type { Catalog } from "../catalog.ts";
import type { Table } from "../model/table.ts";
import type { CatalogStore } from "./catalog-store.ts";

/** What a store holds, in the order of a catalog that was read. */
export function plainCatalog(store: CatalogStore): Catalog {
  const { maps, unchanged } = store;
  return {
    ...unchanged,
    schemas: byName(maps.schemas.values()),
    tables: bySchemaAndName(maps.tables.values()).map(inOrder),
    views: bySchemaAndName(maps.views.values()),
    materializedViews: bySchemaAndName(maps.materializedViews.values()),
    sequences: bySchemaAndName(maps.sequences.values()),
    enums: bySchemaAndName(maps.enums.values()),
    composites: bySchemaAndName(maps.composites.values()),
    domains: bySchemaAndName(maps.domains.values()),
    ranges: bySchemaAndName(maps.ranges.values()),
    routines: byIdentity(maps.routines.values()),
    aggregates: byIdentity(maps.aggregates.values()),
    statistics: bySchemaAndName(maps.statistics.values()),
    extensions: byName(maps.extensions.values()),
    eventTriggers: byName(maps.eventTriggers.values()),
    publications: byName(maps.publications.values()),
    dependencies: sorted(
      store.dependencies,
      ({ from }) => from,
      ({ to }) => to,
      ({ kind }) => kind,
    ),
    facts: {
      ...unchanged.facts,
      ...(unchanged.facts.relations === undefined ? {} : { relations: bySchemaAndName(store.facts.values()) }),
    },
  };
}

/** Parts come by name, whatever order they were made in. */
const inOrder = (table: Table): Table => ({
  ...table,
  constraints: byName(table.constraints),
  indexes: byName(table.indexes),
  triggers: byName(table.triggers),
  rules: byName(table.rules),
  policies: byName(table.policies),
});

const byIdentity = <T extends { readonly schema: string; readonly name: string; readonly identityArguments: string }>(
  groups: Iterable<readonly T[]>,
): T[] =>
  sorted(
    [...groups].flat(),
    ({ schema }) => schema,
    ({ name }) => name,
    ({ identityArguments }) => identityArguments,
  );
