import type { OnlineContext } from "../online-context.ts";
import type { KnownPartitioning } from "../partition/known-partitioning.ts";
import { type OnlineForm, refused } from "../piece.ts";

/** A table whose rows are copied into the partitions of another, which then takes its place. */
export function partitionByCopy({ table, written }: KnownPartitioning, _context: OnlineContext): OnlineForm {
  return refused(`partitions ${table.name} by ${written.by}, for which all rows are copied, and that is not built yet`);
}
