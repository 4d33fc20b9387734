type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** The fields that have a value: what is absent in a catalog has no key. */
export function present<T extends object>(fields: T): Present<T> {
  const kept: Record<string, unknown> = {};
  // Called for every column: Object.entries would make a list of pairs each time.
  for (const key in fields) {
    const value = fields[key];
    if (value !== null && value !== undefined) {
      kept[key] = value;
    }
  }
  return kept as Present<T>;
}
