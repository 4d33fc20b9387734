import type { Catalog } from "../catalog/catalog.ts";
import { quoteQualified } from "../sql/quote.ts";

/**
 * Whether a materialized view holds rows is not for SQL to say: dumps of schemas leave them empty. Those that are on the
 * other side are taken to be as they are there, and new ones to be filled.
 */
export function alignContents(catalog: Catalog, other: Catalog): Catalog {
  const populated = new Map(other.materializedViews.map((view) => [quoteQualified(view), view.populated]));
  return {
    ...catalog,
    materializedViews: catalog.materializedViews.map((view) => ({
      ...view,
      populated: populated.get(quoteQualified(view)) ?? true,
    })),
  };
}
