/** A sorted copy. Names compare by their characters' codes: a locale would make the order depend on the machine. */
export function sorted<T>(list: Iterable<T>, ...keys: readonly ((item: T) => string | undefined)[]): T[] {
  return [...list].sort((a, b) => {
    for (const key of keys) {
      const order = compare(key(a) ?? "", key(b) ?? "");
      if (order !== 0) {
        return order;
      }
    }
    return 0;
  });
}

function compare(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}

export const byName = <T extends { readonly name: string }>(list: Iterable<T>): T[] => sorted(list, ({ name }) => name);

export const bySchemaAndName = <T extends { readonly schema: string; readonly name: string }>(list: Iterable<T>): T[] =>
  sorted(
    list,
    ({ schema }) => schema,
    ({ name }) => name,
  );
