import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { shownWhole } from "../sync/shown-whole.ts";
import { keeping } from "../sync/standing-sync.ts";
import type { KnownMove } from "./known-move.ts";

/** Why the columns cannot be moved while others write, in words; undefined when nothing is against it. */
export function moveObstacle(
  { from, to, after, keys, columns, refers }: KnownMove,
  state: CatalogState,
): string | undefined {
  for (const table of [from, to]) {
    const reason = tableObstacle(table, state);
    if (reason !== undefined) return reason;
  }
  const shown = shownWhole(to, state);
  if (shown !== undefined) {
    return `the publication ${shown.publication} shows subscribers all columns of ${to.name}, who have no place for the mark of rows that are moved: ${shown.insteadListing("the columns")}`;
  }
  const owned = columns.find(({ old }) =>
    [...state.store.maps.sequences.values()].some(
      ({ ownedBy: by }) => by?.schema === from.schema && by.table === from.name && by.column === old.name,
    ),
  );
  if (owned !== undefined) return `${owned.old.name} has a sequence of its own, which would go with it`;
  const given = [...columns, ...keys.map(({ now }) => ({ old: now, now }))]
    .flatMap(({ old, now }) => [old, now])
    .find(isGiven);
  if (given !== undefined) return `${given.name} gets its values from PostgreSQL, and from no trigger`;
  const moved = columns.find(({ old, now }) =>
    keys.some((key) => key.old.name === old.name || key.now.name === now.name),
  );
  if (moved !== undefined) return `${moved.old.name} is of the key by which the rows belong together`;
  const nullable = columns.find(({ old, now }) => now.notNull && !old.notNull);
  if (nullable !== undefined) {
    return `${nullable.old.name} of ${from.name} may be null, and ${nullable.now.name} of ${to.name} may not`;
  }
  const left = refers ? columns.find(({ now }) => now.notNull) : undefined;
  if (left !== undefined) {
    return `${left.now.name} of ${to.name} may not be null, and its rows stay when those of ${from.name} that refer to them go`;
  }
  const known = new Set([...keys, ...columns].map(({ now }) => now.name));
  const required = after.columns.find(
    (column) => column.notNull && column.default === undefined && !isGiven(column) && !known.has(column.name),
  );
  return required === undefined
    ? undefined
    : `rows of ${to.name} are made for those that have none, in which ${required.name} may not be null and has no default`;
}

const isGiven = ({ generated, identity }: Column): boolean => generated !== undefined || identity !== undefined;

function tableObstacle(table: Table, state: CatalogState): string | undefined {
  if (table.kind === "foreign") return `${table.name} is a foreign table, whose rows another server writes`;
  if (table.partitioning !== undefined || table.partitionOf !== undefined) {
    return `${table.name} is partitioned, and a key of the whole is looked after by no single index`;
  }
  if (table.inherits.length > 0 || state.childrenOf(table).length > 0) {
    return `${table.name} shares its rows with tables that inherit, and keys do not`;
  }
  if (table.forceRowSecurity)
    return `row security of ${table.name} is forced upon its owner, as whom the triggers work`;
  return undefined;
}

/** What an earlier change still keeps current, in words. */
export function standingMove({ from, to, keys, columns }: KnownMove): string | undefined {
  const all = [...keys, ...columns];
  for (const { table, name } of [
    ...all.map(({ old }) => ({ table: from, name: old.name })),
    ...all.map(({ now }) => ({ table: to, name: now.name })),
  ]) {
    const trigger = keeping(table, name);
    if (trigger !== undefined) return `the trigger ${trigger.name} still keeps ${name} current for an earlier change`;
  }
  return undefined;
}
