import type { Catalog } from "../catalog/catalog.ts";
import type { Table } from "../catalog/model/table.ts";
import type { MaterializedView, View } from "../catalog/model/view.ts";
import { byQualifiedName } from "./by-qualified-name.ts";

export type Relation = Table | View | MaterializedView;

/** Those that types are written for. */
export const relationsOf = ({ tables, views, materializedViews }: Catalog): readonly Relation[] =>
  [
    ...tables.filter(({ partitionOf, persistence }) => partitionOf === undefined && persistence !== "temporary"),
    ...views,
    ...materializedViews,
  ].sort(byQualifiedName);
