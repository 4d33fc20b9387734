/** Plain JSON data as text that depends on the data alone: keys are in the order of their characters' codes. */
export function stableJson(value: unknown, indent?: number): string {
  return JSON.stringify(inOrder(value), null, indent);
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const ordered: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    // Not by assignment: an option may be called __proto__.
    Object.defineProperty(ordered, key, {
      value: inOrder((value as Record<string, unknown>)[key]),
      enumerable: true,
    });
  }
  return ordered;
}
