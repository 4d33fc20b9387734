import type { ObjectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";

/** Gives an object another id, in its own dependencies and in those of others. */
export function renameId(state: CatalogState, before: ObjectId, after: ObjectId): void {
  if (before === after) {
    return;
  }
  const { store } = state;
  const own = store.dependenciesOf(before);
  store.setDependencies(before, []);
  if (own.length > 0) {
    store.setDependencies(
      after,
      own.map((one) => ({ ...one, from: after })),
    );
  }
  for (const { from } of store.dependentsOf(before)) {
    store.setDependencies(
      from,
      store.dependenciesOf(from).map((one) => (one.to === before ? { ...one, to: after } : one)),
    );
  }
}

/** The same for several, each with the one at the same place. */
export function renameIds(state: CatalogState, before: readonly ObjectId[], after: readonly ObjectId[]): void {
  before.forEach((id, place) => {
    renameId(state, id, after[place] ?? id);
  });
}
