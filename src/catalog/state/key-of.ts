import type { QualifiedName } from "../model/names.ts";

/** A name as the key of a map; no identifier holds the character in the middle. */
export const keyOf = ({ schema, name }: QualifiedName): string => `${schema}\u0000${name}`;

/** The names of which a key is made; of a key without a schema its name alone. */
export function namesIn(key: string): QualifiedName {
  const end = key.indexOf("\u0000");
  return { schema: key.slice(0, Math.max(0, end)), name: key.slice(end + 1) };
}
