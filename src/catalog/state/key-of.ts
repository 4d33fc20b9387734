import type { QualifiedName } from "../model/names.ts";

/** A name as the key of a map; no identifier holds the character in the middle. */
export const keyOf = ({ schema, name }: QualifiedName): string => `${schema}\u0000${name}`;
