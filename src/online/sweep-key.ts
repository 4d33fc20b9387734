import type { Table } from "../catalog/model/table.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { SweepSpec } from "./sweep-spec.ts";

/**
 * The first table whose rows the sweep can only go over by a key, and that has none: where each row may be visited once,
 * or has no place. Undefined where there is no such table, and where the planner has chosen the key.
 */
export function withoutSweepKey(
  { table, only = false, visits, key }: SweepSpec,
  state: CatalogState,
): Table | undefined {
  const top = key === undefined ? state.table(table) : undefined;
  if (top === undefined) return undefined;
  return [top, ...(only ? [] : state.descendantsOf(top))]
    .filter(({ partitioning }) => partitioning === undefined)
    .find((one) => (visits === "once" || !hasPlaces(one)) && !hasKey(one));
}

const hasPlaces = ({ kind, accessMethod = "heap" }: Table): boolean => kind !== "foreign" && accessMethod === "heap";

/** By which the sweep itself looks when it begins. */
const hasKey = ({ columns, constraints, indexes }: Table): boolean =>
  indexes.some(
    ({ unique, valid, predicate, keys, constraint }) =>
      unique &&
      valid &&
      predicate === undefined &&
      !constraints.some(({ name, deferrable }) => name === constraint && deferrable) &&
      keys.every((part) => "column" in part && columns.some(({ name, notNull }) => name === part.column && notNull)),
  );
