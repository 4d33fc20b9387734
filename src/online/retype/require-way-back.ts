import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Change } from "./change.ts";

/** A variable that no column has the name of. */
const ROW = '"lockkeeper row"';

/**
 * Before anything is made that refuses what clients write: each row has a way back. One that has none is named, and all
 * stays as it is.
 *
 * @param wanted what must hold of each row, under the names behind the cutover
 */
export function requireWayBack({ table, conversions }: Change, wanted: readonly string[]): string {
  const key = table.constraints.find(({ type }) => type === "primary key")?.columns ?? ["ctid"];
  const values = key.map((name) => `${quoteIdentifier(name)}::pg_catalog.text`).join(", ");
  const types = conversions.map(({ before }) => `${before.name} to ${before.type.text}`).join(", ");
  return `DO $lockkeeper$
#variable_conflict use_column
DECLARE
  ${ROW} text;
BEGIN
  SELECT pg_catalog.concat_ws(', ', ${values}) INTO ${ROW} FROM ${quoteQualified(table)}
    WHERE ${wanted.map((one) => `(${one}) IS FALSE`).join(" OR ")} LIMIT 1;
  IF FOUND THEN
    RAISE check_violation USING MESSAGE = ${quoteLiteral(`a row of ${table.name} has no way back of ${types}`)},
      DETAIL = ${quoteLiteral(`Key (${key.join(", ")})=(`)} || ${ROW} || ').';
  END IF;
END
$lockkeeper$`;
}
