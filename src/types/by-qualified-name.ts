import type { QualifiedName } from "../catalog/model/names.ts";

/** The order of objects: `public` first, whose names are the shortest; by the characters' codes, whatever the locale. */
export function byQualifiedName(one: QualifiedName, other: QualifiedName): number {
  if (one.schema !== other.schema) {
    if (one.schema === "public") return -1;
    if (other.schema === "public") return 1;
    return one.schema < other.schema ? -1 : 1;
  }
  return one.name === other.name ? 0 : one.name < other.name ? -1 : 1;
}
