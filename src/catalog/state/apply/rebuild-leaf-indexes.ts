import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import type { TableIndex } from "../../model/table-index.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { indexPartitions } from "./add-index.ts";
import { changeTable, tableNow } from "./edit.ts";

/**
 * A change of a column's type drops the indexes on it and makes them again. Those of partitions come with their parent's:
 * like new ones, under generated names and without their comments. Constraints come first (`ATPostAlterTypeCleanup`).
 */
export function rebuildLeafIndexes(state: CatalogState, table: Table, column: string): void {
  const { indexes = [] } = tableNow(state, table) ?? {};
  const rebuilt = indexes.filter((index) => uses(index, column));
  for (const { name } of rebuilt) dropParts(state, table, name);
  const inOrder = [...rebuilt.filter(isOfConstraint), ...rebuilt.filter((index) => !isOfConstraint(index))];
  for (const { name } of inOrder) indexPartitions(state, table, name);
}

const isOfConstraint = ({ constraint }: TableIndex): boolean => constraint !== undefined;

const uses = ({ keys, include, predicate }: TableIndex, column: string): boolean =>
  include.includes(column) ||
  keys.some((key) => ("column" in key ? key.column === column : mentions(key.expression, column))) ||
  (predicate !== undefined && mentions(predicate, column));

const mentions = (expression: string, column: string): boolean =>
  expression.split(/[^\p{L}\p{N}_$]+/u).includes(column);

function dropParts(state: CatalogState, table: QualifiedName, name: string): void {
  for (const partition of state.partitionsOf(table)) {
    const own = tableNow(state, partition)?.indexes.find(
      ({ parent }) => parent?.name === name && parent.schema === table.schema,
    );
    if (own === undefined) continue;
    dropParts(state, partition, own.name);
    const id =
      own.constraint === undefined
        ? objectId("index", partition.schema, own.name)
        : objectId("constraint", partition.schema, partition.name, own.constraint);
    state.store.setDependencies(id, []);
    changeTable(state, partition, (one) => ({
      ...one,
      indexes: one.indexes.filter(({ name: each }) => each !== own.name),
      constraints: one.constraints.filter(({ name: each }) => each !== own.constraint),
    }));
  }
}
