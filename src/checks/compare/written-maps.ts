import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";
import { nameParts } from "../../desired/name-parts.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { nearestName } from "../../errors/nearest-name.ts";
import { quoteQualified } from "../../sql/quote.ts";

/** Which tables and columns of the left side are called otherwise on the right. */
export interface Maps {
  /** Names of left tables, and of the right ones. */
  readonly tables: ReadonlyMap<Table, Table>;
  /** For left tables: names of columns, and SQL on the right table's columns. */
  readonly columns: ReadonlyMap<Table, ReadonlyMap<string, string>>;
}

/** The first sign that stands in no quotes. */
const WRITTEN = /^((?:"(?:[^"]|"")*"|[^"=])+)=(.+)$/s;

/**
 * Reads `orders=orders_v2` (tables) and `orders.total=amount / 100` (a column, and what stands for it on the right).
 *
 * @throws LockkeeperError `usage`
 */
export function readMaps(written: readonly string[], left: Catalog, right: Catalog): Maps {
  const tables = new Map<Table, Table>();
  const columns = new Map<Table, Map<string, string>>();
  for (const map of written) {
    const [, name = "", target = ""] = WRITTEN.exec(map) ?? [];
    const parts = nameParts(name);
    if (parts === undefined || parts.length > 3) {
      throw usage(`--map ${map} is not understood.`, "Write TABLE=TABLE or TABLE.COLUMN=EXPRESSION.");
    }
    const other = nameParts(target);
    const named = parts.length < 3 ? matching(left, parts) : [];
    if (named.length > 0 && other !== undefined) {
      tables.set(tableNamed(left, name), tableNamed(right, target));
      continue;
    }
    const column = parts.at(-1) ?? "";
    const table = tableOf(left, parts.slice(0, -1), name);
    if (!table.columns.some((one) => one.name === column)) {
      throw usage(`${quoteQualified(table)} has no column ${column}.`, nearest(column, table.columns));
    }
    columns.set(table, (columns.get(table) ?? new Map()).set(column, target.trim()));
  }
  return { tables, columns };
}

/** @throws LockkeeperError `usage` where there is none, or more than one */
export function tableNamed(catalog: Catalog, written: string): Table {
  return tableOf(catalog, nameParts(written) ?? [written], written);
}

function tableOf(catalog: Catalog, parts: readonly string[], written: string): Table {
  const found = matching(catalog, parts);
  const [table] = found.length > 1 ? found.filter(({ schema }) => schema === "public") : found;
  if (table !== undefined) return table;
  throw found.length > 1
    ? usage(`There are several tables ${written}.`, "Write the name with its schema.")
    : usage(
        `There is no table ${written} in ${catalog.facts.server.database}.`,
        nearest(parts.at(-1) ?? "", catalog.tables),
      );
}

const matching = ({ tables }: Catalog, parts: readonly string[]): readonly Table[] =>
  tables.filter(({ schema, name }) =>
    parts.length === 1 ? name === parts[0] : parts.length === 2 && schema === parts[0] && name === parts[1],
  );

function nearest(name: string, among: readonly { readonly name: string }[]): string {
  const meant = nearestName(
    name,
    among.map((one) => one.name),
  );
  return meant === undefined ? "Write it as SQL does." : `Is ${meant} meant?`;
}

const usage = (message: string, action: string): LockkeeperError =>
  new LockkeeperError("usage", { message, action, notDone: "Nothing was compared." });
