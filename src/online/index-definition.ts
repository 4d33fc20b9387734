import type { QualifiedName } from "../catalog/model/names.ts";
import type { IndexKey, TableIndex } from "../catalog/model/table-index.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../sql/quote.ts";
import { indexOnTable } from "./index-on-table.ts";

/**
 * The statement that builds an index like this one on a table. The catalog's text leaves out what is usual for the
 * columns' types, so that it also fits other types; of an index that the same plan makes there may be no such text.
 *
 * @param extent `frame`: of a partitioned table alone, without its partitions
 */
export function createLike(
  index: TableIndex,
  table: QualifiedName,
  name: string = index.name,
  extent: "whole" | "frame" = "whole",
): string {
  const { definition, predicate, tablespace } = index;
  const only = extent === "frame";
  if (definition === "") return fromParts(index, table, name, only);
  const sql = indexOnTable(definition, { ...table, only, index: name });
  if (tablespace === undefined) return sql;
  const at = predicate === undefined ? sql.length : sql.lastIndexOf(` WHERE ${predicate}`);
  return `${sql.slice(0, at)} TABLESPACE ${quoteIdentifier(tablespace)}${sql.slice(at)}`;
}

export const concurrently = (sql: string): string =>
  sql.replace(/^CREATE (UNIQUE )?INDEX /, (head) => `${head}CONCURRENTLY `);

function fromParts(index: TableIndex, table: QualifiedName, name: string, only: boolean): string {
  const { unique, method, keys, include, nullsNotDistinct, options = {}, tablespace, predicate } = index;
  const settings = optionsText(options);
  return [
    `CREATE ${unique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(name)} ON ${only ? "ONLY " : ""}${quoteQualified(table)}`,
    `USING ${quoteIdentifier(method)} (${keys.map(indexKeyText).join(", ")})`,
    ...(include.length === 0 ? [] : [`INCLUDE (${include.map(quoteIdentifier).join(", ")})`]),
    ...(nullsNotDistinct ? ["NULLS NOT DISTINCT"] : []),
    ...(settings === "" ? [] : [`WITH (${settings})`]),
    ...(tablespace === undefined ? [] : [`TABLESPACE ${quoteIdentifier(tablespace)}`]),
    ...(predicate === undefined ? [] : [`WHERE ${predicate}`]),
  ].join(" ");
}

export function indexKeyText(key: IndexKey): string {
  const settings = optionsText(key.opclassOptions ?? {});
  return [
    "column" in key ? quoteIdentifier(key.column) : `(${key.expression})`,
    ...(key.collation === undefined ? [] : [`COLLATE ${quoteQualified(key.collation)}`]),
    `${quoteQualified(key.opclass)}${settings === "" ? "" : `(${settings})`}`,
    key.descending ? "DESC" : "ASC",
    key.nullsFirst ? "NULLS FIRST" : "NULLS LAST",
  ].join(" ");
}

/** `fillfactor = '70'`. */
export const optionsText = (options: Readonly<Record<string, string>>): string =>
  Object.entries(options)
    .map(([name, value]) => `${quoteIdentifier(name)} = ${quoteLiteral(value)}`)
    .join(", ");
