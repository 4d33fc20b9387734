import type { SweepSpec } from "../../online/sweep-spec.ts";
import type { ServerProfile } from "./server-profile.ts";
import { called, factsOf, type TableSize } from "./table-size.ts";

/** What the server's planner takes for the share of a comparison by order, and of one of which it knows nothing. */
const SHARE_OF_A_RANGE = 1 / 3;
const UNKNOWN_SHARE = 0.5;

/**
 * How many rows of a table a statement is meant for: as the server's planner says, where it was asked; all, where there
 * is no condition; else by the statistics of the column that the condition is about.
 *
 * @param parts among how many tables its rows are
 */
export function chosenRows(
  { sweep, sql }: { readonly sweep: SweepSpec; readonly sql: string },
  size: TableSize,
  parts: number,
  { rowsOf }: ServerProfile,
): number {
  const asked = rowsOf.get(sql);
  if (asked !== undefined) return Math.min(size.rows, Math.round(asked / parts));
  return Math.round(size.rows * (sweep.where === undefined ? 1 : shareOf(sweep.where, size)));
}

/** The column at the beginning of a condition, and what is said of it. */
function splitCondition(where: string): { readonly column: string; readonly condition: string } {
  const [, quoted, bare, condition = ""] =
    /^\(*\s*(?:\w+\.)?(?:"((?:[^"]|"")+)"|([\w$]+))\)?\s*(.*?)\)*$/s.exec(where) ?? [];
  return { column: quoted?.replaceAll('""', '"') ?? bare ?? "", condition };
}

/**
 * How far the chosen rows lie one behind the other, 0 to 1, as the server's planner reckons it: the square of the
 * correlation.
 */
export function neighbourhood({ where }: SweepSpec, { table }: TableSize, { correlations }: ServerProfile): number {
  if (where === undefined) return 0;
  return (correlations.get(`${called(table)}.${splitCondition(where).column}`) ?? 0) ** 2;
}

function shareOf(where: string, { rows, facts }: TableSize): number {
  const { column: name, condition } = splitCondition(where);
  const column = factsOf(facts, name);
  const nulls = column?.nullFraction ?? (column === undefined ? 1 : 0);
  if (/^IS\s+NULL/i.test(condition)) return nulls;
  if (/^IS\s+NOT\s+NULL/i.test(condition)) return 1 - nulls;
  if (/^IS\s+DISTINCT\s+FROM/i.test(condition)) return 1;
  if (/^=/.test(condition) && column?.distinct !== undefined && rows > 0) {
    return 1 / Math.max(1, column.distinct < 0 ? -column.distinct * rows : column.distinct);
  }
  return /^[<>]/.test(condition) ? SHARE_OF_A_RANGE : UNKNOWN_SHARE;
}
