import type { IndexKey, TableIndex } from "../model/table-index.ts";
import type { IndexRow } from "../read/indexes.ts";
import type { Naming } from "./naming.ts";
import { present } from "./present.ts";

const DESCENDING = 1;
const NULLS_FIRST = 2;

export interface IndexedColumn {
  readonly name: string;
  /** OID of its collation. */
  readonly collation: number;
}

export function tableIndex(row: IndexRow, columnOf: (number: number) => IndexedColumn, naming: Naming): TableIndex {
  const columns = numbers(row.columns);
  return {
    name: row.name,
    method: row.method,
    unique: row.unique,
    nullsNotDistinct: row.nulls_not_distinct,
    primary: row.primary,
    keys: keysOf(row, columns.slice(0, row.key_count), columnOf, naming),
    include: columns.slice(row.key_count).map((number) => columnOf(number).name),
    partitioned: row.partitioned,
    valid: row.valid,
    ready: row.ready,
    replicaIdentity: row.replica_identity,
    clustered: row.clustered,
    definition: row.definition ?? "",
    ...present({
      predicate: row.predicate,
      options: row.options,
      tablespace: row.tablespace,
      parent: row.parent,
      constraint: row.constraint,
    }),
    ...naming.comment("pg_class", row.oid),
  };
}

function keysOf(
  row: IndexRow,
  columns: readonly number[],
  columnOf: (number: number) => IndexedColumn,
  naming: Naming,
): IndexKey[] {
  const opclasses = numbers(row.opclasses);
  const collations = numbers(row.collations);
  const orders = numbers(row.orders);
  const expressions = (row.expressions ?? []).values();
  return columns.map((number, place) => {
    const column = number === 0 ? undefined : columnOf(number);
    const order = orders[place] ?? 0;
    const collation = collations[place] ?? 0;
    const details = row.key_details?.find((detail) => detail.number === place + 1);
    return {
      ...(column === undefined ? { expression: expressions.next().value ?? "" } : { column: column.name }),
      opclass: naming.opclass(opclasses[place] ?? 0),
      descending: (order & DESCENDING) !== 0,
      nullsFirst: (order & NULLS_FIRST) !== 0,
      ...present({
        collation: collation === 0 || collation === column?.collation ? undefined : naming.collation(collation),
        opclassOptions: details?.options,
        statisticsTarget: details?.target,
      }),
    };
  });
}

/** `1 2 0`, as a vector prints. */
function numbers(vector: string): number[] {
  return vector === "" ? [] : vector.split(" ").map(Number);
}
