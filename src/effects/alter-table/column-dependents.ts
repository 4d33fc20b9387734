import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { objectId } from "../../catalog/object-id.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";

/** What depends on a column, as ids (see {@link objectId}). */
export const dependentsOfColumn = ({ schema, name }: Table, column: string, state: CatalogState): readonly string[] =>
  state.dependentsOf(objectId("column", schema, name, column)).map(({ from }) => from);

/** The indexes that have the column in their keys, behind INCLUDE, in an expression or in their predicate. */
export function indexesOnColumn(table: Table, column: string, state: CatalogState): readonly TableIndex[] {
  const dependents = new Set(dependentsOfColumn(table, column, state));
  return table.indexes.filter(
    (index) =>
      index.keys.some((key) => "column" in key && key.column === column) ||
      index.include.includes(column) ||
      dependents.has(objectId("index", table.schema, index.name)),
  );
}

/** What stands before the colon of an id. */
export const kindOfId = (id: string): string => id.slice(0, id.indexOf(":"));

/** The names behind the colon of an id, unquoted. */
export const namesOfId = (id: string): readonly string[] => splitName(id.slice(id.indexOf(":") + 1));

/** `"Other".seq` as its parts, unquoted. */
export function splitName(path: string): readonly string[] {
  return [...path.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(
    ([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain,
  );
}
