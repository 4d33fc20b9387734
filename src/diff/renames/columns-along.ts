import type { Catalog } from "../../catalog/catalog.ts";
import type { Rename } from "../schema-diff.ts";
import { inheritedAlong } from "./inherited-along.ts";
import { attributesAlong } from "./type-parts.ts";

/** What the server renames by itself with what is told: columns of typed tables, and columns and checks below. */
export function columnsAlong(from: Catalog, renames: readonly Rename[]): readonly Rename[] {
  const typed = attributesAlong(from, renames);
  return [...typed, ...inheritedAlong(from, [...renames, ...typed])];
}
