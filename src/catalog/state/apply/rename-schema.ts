import type { QualifiedName } from "../../model/names.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { relationAt } from "../relation-at.ts";
import { moveRelation } from "./move-relation.ts";
import { moveAnyType, moveRoutine, moveStatistics } from "./rename.ts";
import { renameId } from "./rename-id.ts";

/** ALTER SCHEMA … RENAME: everything in it has another name. */
export function moveSchema(state: CatalogState, before: string, after: string): void {
  const { store } = state;
  const { maps } = store;
  const within = <T extends QualifiedName>(list: Iterable<T>): readonly T[] =>
    [...list].filter(({ schema }) => schema === before);
  const to = ({ name }: QualifiedName): QualifiedName => ({ schema: after, name });
  const schema = maps.schemas.get(before);
  if (schema === undefined) {
    return;
  }
  store.remove("schemas", before);
  store.put("schemas", after, { ...schema, name: after });
  renameId(state, objectId("schema", before), objectId("schema", after));
  for (const type of [maps.enums, maps.domains, maps.composites, maps.ranges].flatMap((map) =>
    within<QualifiedName>(map.values()),
  )) {
    moveAnyType(state, type, to(type));
  }
  for (const map of [maps.tables, maps.views, maps.materializedViews, maps.sequences]) {
    for (const one of within<QualifiedName>(map.values())) {
      // Sequences go along with their tables.
      const relation = relationAt(store, keyOf(one));
      if (relation !== undefined) {
        moveRelation(state, relation, to(one));
      }
    }
  }
  for (const one of within(maps.statistics.values())) {
    moveStatistics(state, one, to(one));
  }
  for (const one of within([...maps.routines.values(), ...maps.aggregates.values()].flat())) {
    moveRoutine(state, one, to(one));
  }
  for (const publication of [...maps.publications.values()]) {
    if (publication.schemas.includes(before)) {
      const schemas = publication.schemas.map((one) => (one === before ? after : one)).toSorted();
      store.put("publications", publication.name, { ...publication, schemas });
    }
  }
}
