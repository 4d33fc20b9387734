import { applyStatement } from "../../catalog/state/apply-statement.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { parseStatement } from "../../sql/parse-statement.ts";

/** Brings the state along. The parser has to be loaded. */
export function applyText(state: CatalogState, sql: string): void {
  applyStatement(state, parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, "<plan>"));
}
