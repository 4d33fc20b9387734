import { settledCasts } from "../../sql/settled-casts.ts";
import type { CatalogRows } from "./rows.ts";

/** The columns of rows that hold expressions as the server writes them. */
const EXPRESSIONS: readonly string[] = [
  "arguments",
  "check",
  "default",
  "definition",
  "expression",
  "expressions",
  "partition_key",
  "predicate",
  "sqlBody",
  "using",
  "when",
  "where",
];

/**
 * The rows with every expression as the server writes it once it has read its own text again. What SQL says and what
 * comes of the server's text for that are one schema then, as they are for a database that was dumped and restored.
 */
export const settledRows = (rows: CatalogRows): CatalogRows => ({
  ...rows,
  relations: rows.relations.map(settled),
  columns: rows.columns.map(settled),
  constraints: rows.constraints.map(settled),
  indexes: rows.indexes.map(settled),
  bundle: new Map([...rows.bundle].map(([section, data]) => [section, data.map(settled)])),
});

/** Of domains and of publications: rows within a row. */
const PARTS: readonly string[] = ["constraints", "tables"];

/** The row itself where nothing in it changes. */
function settled<T>(row: T): T {
  const fields = row as Readonly<Record<string, unknown>>;
  let changed: Record<string, unknown> | undefined;
  // By name: there are far more columns than columns with an expression.
  for (const key of EXPRESSIONS) {
    const now = settledTexts(fields[key]);
    if (now !== fields[key]) changed = { ...changed, [key]: now };
  }
  for (const key of PARTS) {
    const now = sameOrNew(fields[key], settled);
    if (now !== fields[key]) changed = { ...changed, [key]: now };
  }
  return changed === undefined ? row : { ...row, ...changed };
}

const settledTexts = (field: unknown): unknown =>
  typeof field === "string" ? settledCasts(field) : sameOrNew(field, settledTexts);

function sameOrNew(list: unknown, map: (item: unknown) => unknown): unknown {
  if (!Array.isArray(list)) return list;
  const now: unknown[] = list.map(map);
  return now.some((item, place) => item !== list[place]) ? now : list;
}
