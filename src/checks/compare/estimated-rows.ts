import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";

/** Where nobody has counted yet. */
const BYTES_OF_A_ROW = 100;

/** Roughly how many rows a table has, with its partitions. */
export function estimatedRows({ tables, facts }: Pick<Catalog, "tables" | "facts">, table: QualifiedName): number {
  const own = facts.relations?.find(({ schema, name }) => schema === table.schema && name === table.name);
  const partitions = tables.filter(
    ({ partitionOf }) => partitionOf?.parent.schema === table.schema && partitionOf.parent.name === table.name,
  );
  if (partitions.length > 0) {
    return partitions.reduce((sum, partition) => sum + estimatedRows({ tables, facts }, partition), 0);
  }
  if (own === undefined) return 0;
  return own.rows > 0 ? own.rows : Math.ceil(own.heapBytes / BYTES_OF_A_ROW);
}
