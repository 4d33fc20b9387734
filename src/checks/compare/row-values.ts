import type { Chosen } from "./cut.ts";
import type { Comparison } from "./locate-rows.ts";
import { rowHash } from "./row-hash.ts";
import { conditionSql, identitySql, keyOfIdentity } from "./row-sql.ts";
import type { Side } from "./sides.ts";
import type { ComparedColumn, TablePair } from "./table-pair.ts";

/** What a row holds, in the order of the columns that are compared. */
export interface RowValues {
  /** By these two values are told apart. */
  readonly hashes: readonly (string | null)[];
  /** For people, cut where they are long. */
  readonly shown: readonly (string | null)[];
}

/** Longest value that is shown, in characters. */
const SHOWN = 120;

/** The rows of one side that are known by these. */
export async function rowValues(
  identities: readonly string[],
  within: readonly Chosen[],
  pair: TablePair,
  side: Side,
  { sessions, method }: Comparison,
): Promise<ReadonlyMap<string, readonly RowValues[]>> {
  const found = new Map<string, RowValues[]>();
  if (identities.length === 0) return found;
  const hashes = pair.columns.map((column) => `${rowHash([column[side]], method)}::text`);
  const shown = pair.columns.map((column) => {
    const text = `(${column[side].sql})::text`;
    return `CASE WHEN length(${text}) > ${SHOWN} THEN left(${text}, ${SHOWN}) || '... (' || length(${text}) || ' characters)' ELSE ${text} END`;
  });
  const byIndex = indexed(pair.key[0], identities, side);
  const rows = await sessions[side].query<{
    identity: string;
    hashes: readonly (string | null)[];
    shown: readonly (string | null)[];
  }>(
    `SELECT identity, hashes, shown FROM (
  SELECT ${identitySql(pair, side, method)} AS identity, ARRAY[${hashes.join(", ")}]::text[] AS hashes,
    ARRAY[${shown.join(", ")}]::text[] AS shown
  FROM (SELECT * FROM ${pair[side].from}${conditionSql(within, pair, side, method)}${byIndex.sql}) AS r
) AS r WHERE identity = ANY ($1::text[])`,
    [identities, ...byIndex.parameters],
  );
  for (const { identity, ...values } of rows) found.set(identity, [...(found.get(identity) ?? []), values]);
  return found;
}

/** Lets the rows be found by an index on the first column of the key, where both sides write its values the same way. */
function indexed(
  first: ComparedColumn | undefined,
  identities: readonly string[],
  side: Side,
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const none = { sql: "", parameters: [] };
  if (first === undefined || first.left.type === undefined || first.left.type !== first.right.type) return none;
  const { sql, type, form } = first[side];
  const hasEquality = !["json", "printed"].includes(form.family);
  const values = identities.map((identity) => keyOfIdentity(identity)[0] ?? null);
  return hasEquality && !values.includes(null)
    ? { sql: ` AND ${sql} = ANY ($2::${type}[])`, parameters: [values] }
    : none;
}
