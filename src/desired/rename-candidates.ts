import type { Catalog } from "../catalog/catalog.ts";
import type { Column } from "../catalog/model/column.ts";
import type { Table } from "../catalog/model/table.ts";
import type { CompositeAttribute, CompositeType } from "../catalog/model/type.ts";
import { objectId } from "../catalog/object-id.ts";
import { stableJson } from "../catalog/stable-json.ts";
import type { Rename } from "../diff/schema-diff.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";

/**
 * Tables, columns and attributes of stored types that go while others come that are the same but for the name: with a rename in between rows would
 * stay, with a drop they are lost. Nobody but people can tell which it is. One may have several candidates.
 *
 * @param told renames that were told of already
 */
export function rowsAtStake(from: Catalog, to: Catalog, told: readonly Rename[]): readonly Rename[] {
  const settled = new Set(told.flatMap((rename) => [rename.from, rename.to]));
  const before = new Map(from.tables.map((table) => [idOf(table), table]));
  const after = new Map(to.tables.map((table) => [idOf(table), table]));
  const tables = pairs(
    from.tables.filter((table) => !after.has(idOf(table))),
    to.tables.filter((table) => !before.has(idOf(table))),
    { id: idOf, content: contentOfTable },
  );
  const columns = from.tables.flatMap((table) => {
    const now = after.get(told.find((rename) => rename.from === idOf(table))?.to ?? idOf(table));
    // The columns of a table that was made of a type are the attributes of that.
    return now === undefined || now.ofType !== undefined ? [] : columnPairs(table, now, settled);
  });
  const attributes = from.composites.flatMap((type) => (isStored(type, from) ? attributePairs(type, to, told) : []));
  return [...tables, ...columns, ...attributes].filter(
    (rename) => !settled.has(rename.from) && !settled.has(rename.to),
  );
}

/** @throws LockkeeperError `rename_undecided` when there are any */
export function refuseUndecided(candidates: readonly Rename[]): void {
  const [first] = candidates;
  if (first === undefined) return;
  const told = candidates.map(describeRename);
  throw new LockkeeperError("rename_undecided", {
    message: `It may be that something got another name, or goes with its rows: ${told.join("; ")}.`,
    notDone: "Nothing was compared.",
    action: `Say that it got another name with --rename ${pathOf(first.from)}=${pathOf(first.to)}, or \`-- lockkeeper: renamed from\` in the schema, or that nothing did with --no-renames.`,
    data: { candidates },
  });
}

/** `column public.users.name → public.users.full_name` */
export const describeRename = ({ from, to }: Rename): string =>
  `${from.slice(0, from.indexOf(":"))} ${pathOf(from)} → ${pathOf(to)}`;

const pathOf = (id: string): string => id.slice(id.indexOf(":") + 1);

const idOf = ({ schema, name }: Table): string => objectId("table", schema, name);

function columnPairs(before: Table, after: Table, settled: ReadonlySet<string>): readonly Rename[] {
  const ids = (table: Table) => (column: Column) => objectId("column", table.schema, table.name, column.name);
  const has = (table: Table, { name }: Column): boolean => table.columns.some((column) => column.name === name);
  const isOpen = (id: string): boolean => !settled.has(id);
  // The name of what comes from above is that of the column there.
  const isInherited = (table: Table, id: string): boolean =>
    table.columns.some((column) => column.inheritedFrom > 0 && ids(table)(column) === id);
  return pairs(
    before.columns.filter((column) => !has(after, column) && isOpen(ids(before)(column))),
    after.columns.filter((column) => !has(before, column) && isOpen(ids(after)(column))),
    { id: ids(before), idAfter: ids(after), content: contentOfColumn },
  ).filter(({ from, to }) => !(isInherited(before, from) && isInherited(after, to)));
}

const isStored = ({ schema, name }: CompositeType, { tables }: Catalog): boolean =>
  tables.some(({ ofType, columns }) =>
    [ofType, ...columns.map(({ type }) => type)].some((type) => type?.schema === schema && type.name === name),
  );

function attributePairs(before: CompositeType, { composites }: Catalog, told: readonly Rename[]): readonly Rename[] {
  const id = ({ schema, name }: CompositeType): string => objectId("type", schema, name);
  const ids = (type: CompositeType) => (attribute: CompositeAttribute) =>
    objectId("attribute", type.schema, type.name, attribute.name);
  const wanted = told.find(({ from }) => from === id(before))?.to ?? id(before);
  const after = composites.find((type) => id(type) === wanted);
  if (after === undefined) return [];
  const isNotIn = (type: CompositeType) => (attribute: CompositeAttribute) =>
    type.attributes.every(({ name }) => name !== attribute.name);
  return pairs(before.attributes.filter(isNotIn(after)), after.attributes.filter(isNotIn(before)), {
    id: ids(before),
    idAfter: ids(after),
    content: ({ type, collation }) => stableJson([type.text, collation]),
  });
}

interface Kind<T> {
  readonly id: (one: T) => string;
  /** Where it is another than `id`. */
  readonly idAfter?: (one: T) => string;
  readonly content: (one: T) => string;
}

const pairs = <T>(gone: readonly T[], come: readonly T[], { id, idAfter = id, content }: Kind<T>): readonly Rename[] =>
  gone.flatMap((one) =>
    come.filter((other) => content(one) === content(other)).map((other) => ({ from: id(one), to: idAfter(other) })),
  );

const contentOfColumn = ({ type, collation, default: value, generated, notNull }: Column): string =>
  stableJson([type.text, collation, value, generated, notNull]);

/** Defaults may name sequences that are called after the table. */
const contentOfTable = ({ kind, columns, partitioning, partitionOf }: Table): string =>
  stableJson([
    kind,
    partitioning?.definition,
    partitionOf?.bound,
    columns.map(({ name, type, notNull }) => [name, type.text, notNull]).sort(),
  ]);
