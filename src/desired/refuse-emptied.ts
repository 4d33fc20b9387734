import type { Catalog } from "../catalog/catalog.ts";
import { count } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";

const KINDS = [
  ...(["tables", "views", "materializedViews", "sequences", "routines", "aggregates"] as const),
  ...(["enums", "composites", "domains", "ranges"] as const),
];

/**
 * A schema that holds nothing is more often a file that was not saved, or a command that found no models, than what
 * somebody wants.
 *
 * @throws LockkeeperError `confirmation_required` when `to` holds nothing and `from` holds tables
 */
export function refuseEmptied(from: Catalog, to: Catalog): void {
  if (from.tables.length === 0 || !holdsNothing(to)) return;
  throw new LockkeeperError("confirmation_required", {
    message: `The schema as it is to be holds nothing: ${count(from.tables.length, "table")} would go with all rows.`,
    notDone: "Nothing was compared.",
    action: "Look at what --to or `schema` of the configuration names. If nothing is to be left, say --allow-empty.",
    data: { tables: from.tables.map(({ schema, name }) => ({ schema, name })) },
  });
}

const holdsNothing = (catalog: Catalog): boolean => KINDS.every((kind) => catalog[kind].length === 0);
