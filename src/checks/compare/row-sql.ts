import { textOf } from "./column-form.ts";
import { type Chosen, chosenSql, identityHash } from "./cut.ts";
import { type HashMethod, rowHash } from "./row-hash.ts";
import type { Side } from "./sides.ts";
import type { TablePair } from "./table-pair.ts";

/** SQL for the hash of all that is compared of a row. */
export const rowHashSql = ({ columns }: TablePair, side: Side, method: HashMethod): string =>
  rowHash(
    columns.map((column) => column[side]),
    method,
  );

/** SQL for the text by which a row is known on both sides: its key as a JSON array, or else the hash of all it holds. */
export const identitySql = (pair: TablePair, side: Side, method: HashMethod): string =>
  pair.key.length === 0
    ? `(${identityHash(pair, side, method)})::text`
    : `json_build_array(${pair.key.map((column) => textOf(column[side].form, column[side].sql)).join(", ")})::text`;

/** What the columns of the key hold, in their order, as text. */
export const keyOfIdentity = (identity: string): readonly (string | null)[] => JSON.parse(identity);

/** The WHERE clause for the rows that are compared and lie in all that was chosen. */
export function conditionSql(within: readonly Chosen[], pair: TablePair, side: Side, method: HashMethod): string {
  const all = [
    ...(pair.where === undefined ? [] : [`(${pair.where}\n)`]),
    ...within.map((chosen) => chosenSql(chosen, pair, side, method)),
  ];
  return all.length === 0 ? "" : `\n  WHERE ${all.join(" AND ")}`;
}
