import type { CatalogState } from "../catalog/state/catalog-state.ts";

/** Does `work`, whose settings end with it. */
export function keepingSettings<T>({ store: { settings } }: CatalogState, work: () => T): T {
  const before = new Map(settings.entries());
  try {
    return work();
  } finally {
    for (const [name] of [...settings.entries()].filter(([one]) => !before.has(one))) {
      settings.delete(name);
    }
    for (const [name, value] of before) {
      if (settings.get(name) !== value) settings.set(name, value);
    }
  }
}
