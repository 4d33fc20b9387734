import type { OnlineContext } from "../online-context.ts";
import type { KnownPartitioning } from "../partition/known-partitioning.ts";
import type { OnlineForm } from "../piece.ts";
import { partitionBeside } from "./rebuild-beside.ts";

/** A table whose rows are copied into the partitions of another, which then takes its place. */
export function partitionByCopy(
  { table, written, columns, partitions, changedKeys }: KnownPartitioning,
  context: OnlineContext,
): OnlineForm {
  const layout = {
    by: written.clause,
    columns: columns.map(({ name }) => name),
    partitions: partitions.map(({ name, bound }) => ({ name, bound })),
    keys: Object.fromEntries(changedKeys.map(({ index, columns: unique }) => [index.name, unique])),
  };
  return partitionBeside(table, layout, `partitions ${table.name} by ${written.by}`, context);
}
