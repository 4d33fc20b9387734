import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { ColumnExpression } from "../../migrations/migration.ts";
import type { OnlineContext } from "../online-context.ts";
import { brief, joined, later, type Piece } from "../piece.ts";
import { type SyncedColumn, type SyncNames, syncNames, syncTrigger } from "../sync/sync-trigger.ts";
import { invalid, type UsedColumn } from "./using.ts";

/** A trigger that gives rows of one table values which others write without them. */
export interface Filler {
  readonly table: Table;
  readonly synced: readonly SyncedColumn[];
  readonly names: SyncNames;
}

/** The pieces of such triggers. */
export interface FillTrigger {
  /** In the transaction of the piece in front of them. */
  readonly create: readonly Piece[];
  /** In `contract`: who writes such rows is older than the migration. */
  readonly remove: readonly Piece[];
}

/**
 * Fills the column in rows that are written by those who do not know it yet, until `contract`.
 *
 * @param tables the table and those that inherit from it
 * @throws LockkeeperError `using_invalid`
 */
export function fillTrigger(
  using: ColumnExpression,
  column: UsedColumn,
  tables: readonly Table[],
  { state }: OnlineContext,
): FillTrigger {
  const made = tables.map((table) => {
    const names = syncNames(table, column.name, state);
    const one = piecesOf({ table, synced: [{ column, value: using.expression, how: "filled" }], names }, state);
    if ("reason" in one) throw invalid(using, one.reason);
    return one;
  });
  return { create: made.flatMap(({ create }) => create), remove: made.flatMap(({ remove }) => remove) };
}

function piecesOf(filler: Filler, state: CatalogState): FillTrigger | { readonly reason: string } {
  const { table, synced, names } = filler;
  const made = syncTrigger(table, synced, names, state);
  if ("reason" in made) return made;
  const on: QualifiedName = { schema: table.schema, name: table.name };
  return {
    create: made.create.map((sql) => ({ ...joined(brief(sql)), filler })),
    remove: [
      ...made.triggers.map((name, at) =>
        later(made.drop[at] ?? "", { kind: "trigger", name, table: on, function: names.function }),
      ),
      later(made.drop.at(-1) ?? "", { kind: "function", ...names.function }),
    ].map((piece) => ({ ...piece, filler })),
  };
}

/** One trigger of a table fills all of its columns: where the last one would be made, as all columns are there by then. */
export function mergeFillers(all: readonly Piece[], state: CatalogState): readonly Piece[] {
  const byTable = new Map<string, Set<Filler>>();
  for (const { filler } of all) {
    if (filler === undefined) continue;
    const key = JSON.stringify([filler.table.schema, filler.table.name]);
    byTable.set(key, (byTable.get(key) ?? new Set()).add(filler));
  }
  return [...byTable.values()]
    .filter(({ size }) => size > 1)
    .reduce((merged, some) => merge(merged, [...some], state), all);
}

function merge(all: readonly Piece[], fillers: readonly Filler[], state: CatalogState): readonly Piece[] {
  const first = fillers[0];
  const last = fillers.at(-1);
  if (first === undefined || last === undefined) return all;
  const synced = fillers.flatMap((one) => one.synced);
  const one = piecesOf({ table: last.table, synced, names: first.names }, state);
  if ("reason" in one) return all;
  const isOf = ({ filler }: Piece): boolean => filler !== undefined && fillers.includes(filler);
  const create = all.findIndex((piece) => piece.filler === last);
  const remove = all.findIndex((piece) => isOf(piece) && piece.leftover !== undefined);
  return all.flatMap((piece, at) => {
    if (at === create)
      return one.create.map((made, index) => (index === 0 ? { ...made, joins: piece.joins === true } : made));
    if (at === remove) return one.remove;
    return isOf(piece) ? [] : [piece];
  });
}
