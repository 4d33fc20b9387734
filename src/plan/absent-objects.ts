import { isLeftOut } from "../catalog/read/schema-patterns.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import { optionalRemovals } from "./data-removals.ts";
import type { RemovedObject } from "./plan.ts";

/**
 * What a statement is to remove with `IF EXISTS` and what the catalog before it does not have. Of schemas that catalogs
 * leave out nothing is known to be absent.
 */
export function absentObjects(statement: ParsedStatement, state: CatalogState): readonly RemovedObject[] {
  return state.complete ? optionalRemovals(statement).filter((one) => !isThere(one, state)) : [];
}

function isThere({ kind, names, column }: RemovedObject, state: CatalogState): boolean {
  const name = names.at(-1) ?? "";
  const { schemas } = state.store.maps;
  const schema = kind === "schema" ? name : names.at(-2);
  if (schema !== undefined && isLeftOut(schema)) return true;
  if (kind === "schema") return schemas.has(name);
  // Under which path the statement will run is not certain: without a schema any of that name may be meant.
  const meant = schema === undefined ? [...schemas.values()].map((one) => one.name) : [schema];
  return meant.some((one) => {
    const found = state.relation({ schema: one, name });
    if (column === undefined || found === undefined) return found !== undefined;
    return found.kind === "table" && found.is.columns.some((each) => each.name === column);
  });
}
