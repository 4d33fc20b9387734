import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodesAs } from "../../sql/node-as.ts";
import { parsedNode } from "../../sql/parsed-node.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { Ordering } from "./constant.ts";
import { expressionKey } from "./expression-predicate.ts";

/** One column or expression of a partition key. */
export interface KeyPart {
  /** As predicates name it. */
  readonly key: string;
  readonly ordering: Ordering;
  /** As SQL writes it; absent for expressions. */
  readonly sql?: string;
}

/** The key of a partitioned table; undefined when the catalog's text cannot be read. */
export function partitionKey(table: Table, state: CatalogState): readonly KeyPart[] | undefined {
  const { partitioning } = table;
  if (partitioning === undefined) return undefined;
  const create = parsedNode(`CREATE TABLE x () PARTITION BY ${partitioning.definition}`, "CreateStmt");
  const elements = nodesAs(create?.partspec?.partParams, "PartitionElem");
  if (elements.length === 0) return undefined;
  return elements.map(({ name, expr }) => {
    const column = name === undefined ? undefined : table.columns.find((one) => one.name === name);
    if (name === undefined) return { key: expressionKey(expr), ordering: "equality only" };
    return { key: columnKey(name), ordering: orderingOf(column, state), sql: quoteIdentifier(name) };
  });
}

export const columnKey = (name: string): string => `column ${name}`;

/** How the values of a column are ordered. Text in other collations than "C" is ordered by rules of the server's. */
export function orderingOf(column: Column | undefined, state: CatalogState): Ordering {
  if (column === undefined || column.type.array) return "equality only";
  if (state.enumType(column.type) !== undefined) return "text";
  if (column.type.schema !== "pg_catalog") return "equality only";
  switch (column.type.name) {
    case "int2":
    case "int4":
    case "int8":
    case "oid":
    case "numeric":
    case "float4":
    case "float8":
      return "number";
    case "date":
    case "timestamp":
    case "uuid":
      return column.type.name;
    case "timestamptz":
      return UTC.has((state.setting("TimeZone") ?? "").toLowerCase()) ? "timestamptz in UTC" : "equality only";
    case "bool":
      return "text";
    case "text":
    case "varchar":
      return orderingOfText(column.collation);
    default:
      return "equality only";
  }
}

/** Collations of the server's own tell different texts apart; others may be made to take them for equal. */
function orderingOfText(collation: Column["collation"]): Ordering {
  if (collation === undefined) return "text";
  if (collation.schema !== "pg_catalog") return "equality only";
  return collation.name === "C" ? "bytes" : "text";
}

const UTC: ReadonlySet<string> = new Set(["utc", "etc/utc", "gmt", "etc/gmt", "uct", "etc/uct", "zulu", "universal"]);
