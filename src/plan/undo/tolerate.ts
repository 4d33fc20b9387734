import { quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";

const BEFORE = "DO $tolerant$ BEGIN ";
const ABSENCES = [
  "undefined_column",
  "undefined_object",
  "undefined_table",
  "undefined_function",
  "invalid_schema_name",
].join(" OR ");
const AFTER = `; EXCEPTION WHEN ${ABSENCES} THEN NULL; END $tolerant$`;

/**
 * Lets the undo of an ALTER find nothing: a later statement of the migration removes what was altered, and may or may
 * not have run. ALTER has no IF EXISTS for columns and constraints.
 */
export function tolerate(item: UndoItem): UndoItem {
  if ("sql" in item) return { sql: BEFORE + item.sql + AFTER };
  if ("refused" in item) return item;
  if ("around" in item) {
    return { around: [BEFORE + item.around[0], item.around[1] + AFTER], schemaOf: item.schemaOf };
  }
  return {
    capture: `SELECT ${quoteLiteral(BEFORE)} || u.sql || ${quoteLiteral(AFTER)} FROM (${item.capture}) AS u(sql)`,
  };
}
