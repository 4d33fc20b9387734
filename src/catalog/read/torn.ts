import type { CatalogRows } from "./rows.ts";
import { ROUTINES } from "./sections/routines.ts";
import { RULES } from "./sections/rules.ts";
import { TRIGGERS } from "./sections/triggers.ts";
import { VIEW_DEFINITIONS } from "./sections/views.ts";

/**
 * The functions that print definitions look past the snapshot. True when one found nothing any more, because the
 * object was dropped while the catalog was read.
 */
export function isTorn({ constraints, indexes, bundle }: CatalogRows): boolean {
  return (
    constraints.some(({ type, definition }) => type !== "n" && definition === null) ||
    indexes.some(({ definition }) => definition === null) ||
    [ROUTINES, TRIGGERS, RULES, VIEW_DEFINITIONS].some((section) => section.rows(bundle).some(lacksDefinition))
  );
}

// The types promise a definition to everybody who reads the rows after this.
const lacksDefinition = (row: { readonly definition?: string }): boolean => row.definition === undefined;

/** The same, told by an error: `cache lookup failed`, `could not open relation`. */
export function isTornError(error: unknown): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === "XX000";
}
