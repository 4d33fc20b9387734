import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { brief, type OnlineForm, type Piece } from "../piece.ts";

/**
 * In front of passes over rows that stand for DDL, which looks at all rows whatever the policies of the table say: where
 * row security is forced upon the owner, nothing is begun by a role from whom it hides any.
 */
export function seeingEveryRow(form: OnlineForm, state: CatalogState): OnlineForm {
  if (form.kind !== "pieces") return form;
  const guarded = new Map(form.pieces.flatMap((piece) => guardedTables(piece, state)).map((one) => [keyOf(one), one]));
  return guarded.size === 0
    ? form
    : { kind: "pieces", pieces: [{ ...brief(requireSight([...guarded.values()])), back: [] }, ...form.pieces] };
}

/** A sweep goes over partitions by themselves, so the policies of the whole do not count. */
function guardedTables({ sweep }: Piece, state: CatalogState): readonly Table[] {
  const table = sweep?.triggers === "skip" ? state.table(sweep.table) : undefined;
  if (table === undefined) return [];
  return [table, ...(sweep?.only === true ? [] : state.descendantsOf(table))].filter(
    ({ rowSecurity, forceRowSecurity, partitioning }) => rowSecurity && forceRowSecurity && partitioning === undefined,
  );
}

const requireSight = (tables: readonly Table[]): string => `DO $lockkeeper$
DECLARE
  hidden text := (SELECT pg_catalog.string_agg(name, ', ') FROM pg_catalog.unnest(ARRAY[${tables.map((one) => quoteLiteral(quoteQualified(one))).join(", ")}]) AS name
    WHERE pg_catalog.row_security_active(name));
BEGIN
  IF hidden IS NOT NULL THEN
    RAISE insufficient_privilege USING
      MESSAGE = pg_catalog.format('row security may hide rows of %s from %s, and not every row would be changed', hidden, current_user),
      HINT = 'Run it as a role with BYPASSRLS, or ALTER TABLE … NO FORCE ROW LEVEL SECURITY in front of it.';
  END IF;
END
$lockkeeper$`;
