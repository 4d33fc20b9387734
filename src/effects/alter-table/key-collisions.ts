import type { Column } from "../../catalog/model/column.ts";
import type { TypeReference } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { MayFail } from "../effect.ts";
import { nameOf, rowsOf } from "./alteration.ts";
import { baseTypeOf, plainType } from "./written-type.ts";

const MOMENTS: ReadonlySet<string> = new Set(["timestamp", "timestamptz"]);
const FRACTIONS: ReadonlySet<string> = new Set(["numeric", "float4", "float8"]);

/**
 * Unique keys whose values the new type may make equal: dates of timestamps, rounded numbers. Asked in SQL only where the
 * conversion itself cannot fail.
 */
export function keyCollisions(
  table: Table,
  column: Column,
  to: TypeReference,
  state: CatalogState,
): readonly MayFail[] {
  const from = plainType(baseTypeOf(column.type, state));
  const { name, modifiers } = plainType(baseTypeOf(to, state));
  const coarser = MOMENTS.has(from.name) && (name === "date" || name === "time" || modifiers.length > 0);
  const rounds = FRACTIONS.has(from.name) && (/^int[248]$/.test(name) || name === "float4" || modifiers.length > 0);
  if (!coarser && !rounds) return [];
  return table.indexes.flatMap(({ unique, predicate, keys, name: index }) => {
    const columns = keys.flatMap((key) => ("column" in key ? key.column : []));
    if (!unique || !columns.includes(column.name)) return [];
    const reason = `two keys of ${index} on ${nameOf(table)} may be the same ${to.text}`;
    if (rounds || predicate !== undefined || columns.length < keys.length) return [{ sqlState: "23505", reason }];
    const values = columns.map((one) =>
      one === column.name ? `CAST(${quoteIdentifier(one)} AS ${to.text})` : quoteIdentifier(one),
    );
    const known = columns.map((one) => `${quoteIdentifier(one)} IS NOT NULL`).join(" AND ");
    const query = `SELECT ${values.join(", ")} FROM ${rowsOf(table, true)} WHERE ${known} GROUP BY ${values.join(", ")} HAVING count(*) > 1 LIMIT 5`;
    return [{ sqlState: "23505", reason, query }];
  });
}
