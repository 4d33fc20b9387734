import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Piece } from "../piece.ts";
import { type Fill, fillPiece } from "./fill.ts";

/** The tables whose rows are filled, or that get what fills them. */
export interface FilledTables {
  /** The table and those that inherit from it; a partitioned one stands for its partitions. */
  readonly tables: readonly Table[];
  /** The tables below are all among them. */
  readonly isWhole: boolean;
}

/** @param has whether a table below has the column by itself, with values of its own */
export function filledTables(table: Table, state: CatalogState, has: (below: Table) => boolean): FilledTables {
  if (table.partitioning !== undefined) return { tables: [table], isWhole: true };
  const below = state.descendantsOf(table);
  const tables = [table, ...below.filter((one) => !has(one))];
  return { tables, isWhole: tables.length === 1 + below.length };
}

/** A pass over the tables: one where they are a family. */
export function fillPieces({ tables, isWhole }: FilledTables, fill: Fill): readonly Piece[] {
  const passes = isWhole ? tables.slice(0, 1) : tables;
  return passes.map(({ schema, name }) => fillPiece({ table: { schema, name }, only: !isWhole, fills: [fill] }));
}
