import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { OnlineContext } from "../online-context.ts";
import type { KnownPartitioning } from "../partition/known-partitioning.ts";
import { partitionInvalid } from "../partition/partition-invalid.ts";
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

/**
 * The same one after the other, while others wait; nothing is kept for a way back.
 *
 * @throws LockkeeperError `partition_invalid` where it cannot be had for certain
 */
export function copyDirect(known: KnownPartitioning, file: string, state: CatalogState): readonly string[] {
  const form = partitionByCopy(known, { state, policy: { briefSeconds: Number.POSITIVE_INFINITY } });
  if (form.kind === "pieces") return form.pieces.map(({ sql }) => sql);
  const { reason, instead } = form.kind === "refused" ? form : { reason: "it has no form", instead: undefined };
  throw partitionInvalid(file, reason, instead);
}
