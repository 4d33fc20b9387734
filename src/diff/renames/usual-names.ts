import type { Constraint } from "../../catalog/model/constraint.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { joinNames, makeObjectName } from "../../sql/generated-name.ts";

const LABELS: Readonly<Record<Constraint["type"], string>> = {
  "primary key": "pkey",
  unique: "key",
  exclusion: "excl",
  check: "check",
  "foreign key": "fkey",
};

/**
 * Whether the server makes such a name for a constraint.
 *
 * @param tables what its table is called, and those above: partitions have keys of theirs
 */
export function isUsualConstraint(
  constraint: Constraint,
  indexes: readonly TableIndex[],
  tables: readonly string[],
): boolean {
  const { name, type, columns } = constraint;
  const label = LABELS[type];
  if (type === "primary key") return isMade(name, tables, undefined, label);
  if (type === "check") return isMade(name, tables, columns.length === 1 ? columns[0] : undefined, label);
  if (type === "foreign key") return isMade(name, tables, joinNames(columns), label);
  const index = indexes.find((one) => one.constraint === name);
  return index !== undefined && isMade(name, tables, middleOf(index, tables, label), label);
}

/** The same of an index that stands by itself. */
export const isUsualIndex = (index: TableIndex, tables: readonly string[]): boolean =>
  isMade(index.name, tables, middleOf(index, tables, "idx"), "idx");

/** Whether it is put together of these, and perhaps a number. */
function isMade(name: string, tables: readonly string[], middle: string | undefined, label: string): boolean {
  const number = /\d*$/.exec(name)?.[0] ?? "";
  return tables.some((table) => makeObjectName(table, middle, `${label}${number}`) === name);
}

/** What the server calls an expression stands in no catalog: it is whatever the name has there. */
function middleOf({ name, keys, include }: TableIndex, tables: readonly string[], label: string): string {
  const columns = keys.flatMap((key) => ("column" in key ? [key.column] : []));
  if (columns.length === keys.length) return joinNames([...columns, ...include]);
  const end = new RegExp(`_${label}\\d*$`).exec(name)?.index ?? 0;
  const table = tables.find((one) => name.startsWith(`${one}_`)) ?? "";
  return name.slice(table.length + 1, end);
}
