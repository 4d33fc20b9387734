import type { CatalogState } from "../catalog/state/catalog-state.ts";

/** Forgets that anything is new: what follows belongs to a later run, in which others work with all that is there. */
export function settle(state: CatalogState): void {
  const { sizes } = state.store;
  for (const key of [...sizes.entries()].map(([name]) => name)) {
    sizes.delete(key);
  }
}
