import type { Catalog } from "../../catalog/catalog.ts";
import type { Constraint, ForeignKey } from "../../catalog/model/constraint.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import type { MaterializedView } from "../../catalog/model/view.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";

/** Something of a table, together with it. */
export interface OfTable<T> {
  readonly table: Table;
  readonly part: T;
}

/** Indexes of tables and of materialized views. */
export const indexesOf = ({
  tables,
  materializedViews,
}: Catalog): readonly { readonly relation: Table | MaterializedView; readonly index: TableIndex }[] =>
  [...tables, ...materializedViews].flatMap((relation) => relation.indexes.map((index) => ({ relation, index })));

/** Foreign keys as they were declared, without those that partitions have of their parent. */
export const foreignKeysOf = (catalog: Catalog): readonly OfTable<ForeignKey>[] =>
  constraintsOf(catalog).flatMap(({ table, part }) =>
    part.type === "foreign key" && part.parent === undefined ? [{ table, part }] : [],
  );

export const constraintsOf = ({ tables }: Catalog): readonly OfTable<Constraint>[] =>
  tables.flatMap((table) => table.constraints.map((part) => ({ table, part })));

/** Tables by `schema.name` as the catalog spells them. */
export const tablesByName = ({ tables }: Catalog): ReadonlyMap<string, Table> =>
  new Map(tables.map((table) => [keyOf(table), table]));

export const keyOf = ({ schema, name }: QualifiedName): string => JSON.stringify([schema, name]);

/** `public.orders.total`, quoted where it must be. */
export const quotedColumn = (table: QualifiedName, column: string): string =>
  `${quoteQualified(table)}.${quoteIdentifier(column)}`;

/** Whether the relation has rows of its own that this server keeps. */
export const keepsRows = ({ kind, persistence }: Table): boolean => kind === "ordinary" && persistence !== "temporary";
