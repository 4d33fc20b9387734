import type { QualifiedName } from "../../catalog/model/names.ts";
import { quoteQualified } from "../../sql/quote.ts";
import { alone, type Piece } from "../piece.ts";

/**
 * The pass behind the trigger that keeps columns current: for the rows that were there before it.
 *
 * @param set the assignments of an UPDATE
 * @param left holds for rows that are not as they should be; it is what is done, and what is verified
 */
export function bringCurrent(
  { schema, name }: QualifiedName,
  set: string,
  left: string,
  notes: readonly string[],
): Piece {
  const table = { schema, name };
  return {
    ...alone(`UPDATE ${quoteQualified(table)} SET ${set} WHERE ${left}`, "migrate"),
    back: [],
    sweep: { table, action: { kind: "update", set }, where: left, left, visits: "again", triggers: "skip" },
    notes,
  };
}
