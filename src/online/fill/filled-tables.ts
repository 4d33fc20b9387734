import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Piece } from "../piece.ts";
import { type Fill, fillPiece } from "./fill.ts";

/**
 * The tables whose rows a column of this one is filled in. A partitioned table stands for its partitions; a table that
 * others inherit from is one of many, each with rows of its own.
 *
 * @param has whether a table below has the column by itself, with values of its own
 */
export function filledTables(table: Table, state: CatalogState, has: (below: Table) => boolean): readonly Table[] {
  if (table.partitioning !== undefined) return [table];
  return [table, ...state.descendantsOf(table).filter((below) => !has(below))];
}

/** A pass over each of the tables. */
export const fillPieces = (tables: readonly Table[], fill: Fill, state: CatalogState): readonly Piece[] =>
  tables.map(({ schema, name, partitioning }) => {
    const only = partitioning === undefined && state.childrenOf({ schema, name }).length > 0;
    return fillPiece({ table: { schema, name }, only, fills: [fill] });
  });
