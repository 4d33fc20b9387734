import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";

/** What the server says of a row that it refuses. */
export interface Refusal {
  readonly code?: string | undefined;
  readonly column?: string | undefined;
  readonly constraint?: string | undefined;
  /** Of a domain. */
  readonly dataType?: string | undefined;
}

/** The columns that a refused row is refused for; none when that cannot be told. */
export function blamedColumns(table: Table, catalog: Catalog, refusal: Refusal): readonly string[] {
  const { code, column, constraint, dataType } = refusal;
  const all = table.columns.map(({ name }) => name);
  if (dataType !== undefined) {
    return table.columns
      .filter(({ type }) => type.name === dataType || usesDomain(type.name, dataType, catalog))
      .map(({ name }) => name);
  }
  if (column !== undefined) return [column];
  if (constraint !== undefined) {
    const broken = table.constraints.find(({ name }) => name === constraint);
    if (broken?.type === "foreign key" && isSelf(broken.references, table)) {
      return [...new Set([...broken.columns, ...broken.references.columns])];
    }
    if (broken !== undefined && broken.type !== "exclusion") return broken.columns;
    const index = table.indexes.find(({ name }) => name === constraint);
    const keys = index?.keys.flatMap((key) => ("column" in key ? [key.column] : [])) ?? [];
    return index !== undefined && keys.length === index.keys.length ? keys : all;
  }
  // Without a name: the row belongs to another partition.
  return code === "23514" && table.partitionOf !== undefined ? partitionColumns(table, catalog) : [];
}

const isSelf = (one: { schema: string; name: string }, other: Table): boolean =>
  one.schema === other.schema && one.name === other.name;

function usesDomain(type: string, domain: string, catalog: Catalog): boolean {
  const base = catalog.domains.find(({ name }) => name === type)?.base.name;
  return base !== undefined && (base === domain || usesDomain(base, domain, catalog));
}

function partitionColumns(table: Table, catalog: Catalog): readonly string[] {
  const columns = new Set<string>();
  let at: Table | undefined = table;
  while (at?.partitionOf !== undefined) {
    const { schema, name }: { schema: string; name: string } = at.partitionOf.parent;
    at = catalog.tables.find((one) => one.schema === schema && one.name === name);
    for (const column of at?.partitioning?.columns ?? []) {
      for (const one of column === null ? table.columns.map(({ name: each }) => each) : [column]) columns.add(one);
    }
  }
  return [...columns];
}
