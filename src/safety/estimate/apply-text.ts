import { applyStatement } from "../../catalog/state/apply-statement.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { type ParsedStatement, parseStatement } from "../../sql/parse-statement.ts";

/** Brings the state along. The parser has to be loaded. */
export function applyText(state: CatalogState, sql: string): void {
  applyStatement(state, parseText(sql));
}

/** The parser has to be loaded. */
export const parseText = (sql: string): ParsedStatement =>
  parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, "<plan>");
