import type { SelectStmt } from "libpg-query";
import { textArray } from "../../sql/object-name.ts";
import { walk } from "../../sql/walk.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { dropCreatedRelation } from "./create-relation.ts";
import { functionsCalled } from "./functions-called.ts";
import { refuseWhen, text } from "./sql-text.ts";

/** Volatile functions of PostgreSQL that leave nothing behind which a rollback would not leave too. */
const HARMLESS: ReadonlySet<string> = new Set([
  "set_config",
  "pg_notify",
  "pg_sleep",
  "pg_sleep_for",
  "pg_sleep_until",
  "pg_advisory_lock",
  "pg_advisory_lock_shared",
  "pg_advisory_xact_lock",
  "pg_advisory_xact_lock_shared",
  "pg_try_advisory_lock",
  "pg_try_advisory_xact_lock",
  "pg_advisory_unlock",
  "pg_advisory_unlock_all",
  "random",
  "gen_random_uuid",
  "clock_timestamp",
  "timeofday",
  "nextval",
  "currval",
  "lastval",
  "pg_stat_clear_snapshot",
]);

/** SELECT … INTO makes a table; any other query is harmless unless a function it calls is not. */
export function undoSelect(statement: SelectStmt, circumstances: Circumstances): readonly UndoItem[] {
  if (writesRows(statement)) return refused("the rows that the query changes are not kept");
  let first = statement;
  while (first.larg !== undefined) first = first.larg;
  if (first.intoClause !== undefined) {
    return dropCreatedRelation("TABLE", first.intoClause.rel, false, circumstances);
  }
  const names = functionsCalled(statement).map(({ name }) => name.at(-1) ?? "");
  if (names.includes("setval")) return refused("setval: sequence values given out since would come again");
  const unknown = [...new Set(names)].filter((name) => !HARMLESS.has(name));
  return unknown.length === 0 ? [] : [refuseVolatile(unknown)];
}

/** A function that is stable or immutable changes nothing, which only the catalog can tell. */
const refuseVolatile = (names: readonly string[]): UndoItem =>
  capture(
    `SELECT string_agg(DISTINCT p.proname::text, ', ') AS names FROM pg_proc p
      WHERE p.proname = ANY (${textArray(names)}) AND p.provolatile = 'v' HAVING count(*) > 0`,
    refuseWhen("true", text`the query calls ${"t.names"}, which may change something`),
  );

/** Whether INSERT, UPDATE, DELETE or MERGE stands anywhere in the tree. */
function writesRows(tree: unknown): boolean {
  let found = false;
  walk(tree, (tag) => {
    found ||= /^(Insert|Update|Delete|Merge)Stmt$/.test(tag);
  });
  return found;
}
