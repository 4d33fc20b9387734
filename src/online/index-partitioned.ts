import type { IndexStmt } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import type { TableIndex } from "../catalog/model/table-index.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { quoteQualified } from "../sql/quote.ts";
import { concurrently } from "./index-definition.ts";
import { indexOnTable } from "./index-on-table.ts";
import type { OnlineContext } from "./online-context.ts";
import { AS_WRITTEN, alone, brief, type OnlineForm, type Piece, pieces } from "./piece.ts";

/**
 * An index of a partitioned table without a long lock: the parent's empty frame first (ON ONLY, invalid until it is
 * whole), then the index of each leaf CONCURRENTLY, each attached when it is there; the last one makes the frame valid.
 *
 * Source: PostgreSQL documentation, CREATE INDEX ("CONCURRENTLY" is not supported for partitioned tables) and
 * "Partition Maintenance".
 *
 * @param after the catalog that the statement as written leaves: it has the names that PostgreSQL gives
 */
export function indexPartitioned(
  sql: string,
  name: string,
  table: Table,
  node: IndexStmt,
  context: OnlineContext,
  after: CatalogState,
): OnlineForm {
  if (node.relation?.inh !== true) return AS_WRITTEN;
  const all: Piece[] = [brief(indexOnTable(sql, { ...table, only: true, index: name }))];
  const parent = { schema: table.schema, name };
  all.push(...below(sql, table, parent, context, after));
  return pieces(...all);
}

function below(
  sql: string,
  table: Table,
  parent: { readonly schema: string; readonly name: string },
  context: OnlineContext,
  after: CatalogState,
): Piece[] {
  return context.state.partitionsOf(table).flatMap((partition): Piece[] => {
    const made = after.table(partition)?.indexes.find((index) => isPartOf(index, parent));
    // Foreign tables have no indexes.
    if (made === undefined) return [];
    const index = { schema: partition.schema, name: made.name };
    const attach = brief(`ALTER INDEX ${quoteQualified(parent)} ATTACH PARTITION ${quoteQualified(index)}`, "cutover");
    if (partition.indexes.some((own) => own.name === made.name)) return [attach];
    const target = { ...partition, only: partition.partitioning !== undefined, index: made.name };
    const create = indexOnTable(sql, target);
    if (partition.partitioning !== undefined) {
      return [brief(create), ...below(sql, partition, index, context, after), attach];
    }
    return [alone(concurrently(create), "expand"), attach];
  });
}

const isPartOf = ({ parent }: TableIndex, of: { readonly schema: string; readonly name: string }): boolean =>
  parent !== undefined && parent.schema === of.schema && parent.name === of.name;
