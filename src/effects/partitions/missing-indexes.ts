import type { Table } from "../../catalog/model/table.ts";
import type { IndexKey, TableIndex } from "../../catalog/model/table-index.ts";
import { comparableExpression } from "../../catalog/state/apply/comparable-expression.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { EffectSet } from "../effect-set.ts";

/**
 * A partition gets an index for each of the parent's: one that fits is taken, else one is built, in the partitions below
 * when it is partitioned itself.
 *
 * Source: `AttachPartitionEnsureIndexes` in `src/backend/commands/tablecmds.c`, `DefineIndex` in `indexcmds.c`.
 */
export function buildMissingIndexes(parent: Table, partition: Table, state: CatalogState, effects: EffectSet): void {
  const free = partition.indexes.filter((index) => index.parent === undefined);
  for (const wanted of parent.indexes) {
    const fitting = free.findIndex((index) => fits(index, wanted));
    if (fitting >= 0) free.splice(fitting, 1);
    else build(wanted, partition, state, effects);
  }
}

function build(wanted: TableIndex, table: Table, state: CatalogState, effects: EffectSet): void {
  if (table.kind === "partitioned") {
    for (const below of state.partitionsOf(table)) {
      const has = below.indexes.some((index) => index.parent === undefined && fits(index, wanted));
      if (!has) build(wanted, below, state, effects);
    }
    return;
  }
  if (table.kind === "foreign") return;
  const touched = effects.lockTable(table, "partition", "ACCESS EXCLUSIVE");
  touched.works.add("index-build");
  if (wanted.unique) {
    const query = duplicates(wanted, table);
    const reason = `two rows of ${table.schema}.${table.name} have the same key of ${wanted.name}`;
    touched.mayFail.push({ sqlState: "23505", reason, ...(query === undefined ? {} : { query }) });
  }
}

/**
 * The order of the keys' values plays no part, and a key's index only takes one that backs a constraint.
 *
 * Source: `CompareIndexInfo` in `src/backend/catalog/index.c`.
 */
const fits = (index: TableIndex, wanted: TableIndex): boolean =>
  index.valid &&
  shapeOf(index) === shapeOf(wanted) &&
  (wanted.constraint === undefined || (index.constraint !== undefined && index.primary === wanted.primary));

const shapeOf = ({ method, unique, nullsNotDistinct, keys, include, predicate }: TableIndex): string =>
  JSON.stringify([
    method,
    unique,
    nullsNotDistinct,
    keys.map(keyShape),
    include,
    predicate && comparableExpression(predicate),
  ]);

const keyShape = (key: IndexKey): unknown => [
  "column" in key ? [key.column] : comparableExpression(key.expression),
  [key.opclass.schema, key.opclass.name],
  key.collation && [key.collation.schema, key.collation.name],
];

function duplicates({ keys, predicate, nullsNotDistinct }: TableIndex, table: Table): string | undefined {
  const list = keys.map((key) => ("column" in key ? quoteIdentifier(key.column) : `(${key.expression})`));
  const filled = nullsNotDistinct ? [] : list.map((key) => `${key} IS NOT NULL`);
  const where = [...filled, ...(predicate === undefined ? [] : [`(${predicate})`])].join(" AND ");
  const from = `FROM ONLY ${quoteQualified(table)}${where === "" ? "" : ` WHERE ${where}`}`;
  return `SELECT ${list.join(", ")} ${from} GROUP BY ${list.join(", ")} HAVING count(*) > 1 LIMIT 5`;
}
