import type { SelectStmt } from "libpg-query";
import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { ObjectId } from "../../object-id.ts";

export interface PrimaryKey {
  readonly id: ObjectId;
  readonly columns: readonly string[];
}

interface Grouped {
  readonly alias: string;
  readonly columns: readonly { readonly name: string }[];
  readonly key?: PrimaryKey;
}

/**
 * The primary keys that a query cannot be without because it groups by them and names other columns of their tables:
 * `check_functional_grouping` in PostgreSQL's `catalog/pg_constraint.c`.
 */
export function keysGroupedBy(query: SelectStmt, sources: readonly Grouped[]): readonly ObjectId[] {
  const groups = (query.groupClause ?? []).flatMap((node) => columnParts(node) ?? []);
  if (groups.length === 0) return [];
  const named = ungrouped([query.targetList, query.havingClause]);
  return sources.flatMap((source) => {
    const { key, columns } = source;
    if (key === undefined) return [];
    const isOf = ([name, alias]: readonly string[]): boolean =>
      (name === "*" || columns.some((column) => column.name === name)) &&
      (alias === undefined
        ? sources.find((one) => one.columns.some((column) => column.name === name)) === source || name === "*"
        : alias === source.alias);
    const by = new Set(groups.filter(isOf).map(([name]) => name));
    const isNeeded = key.columns.every((column) => by.has(column)) && named.some((one) => isOf(one) && !by.has(one[0]));
    return isNeeded ? [key.id] : [];
  });
}

/** Of a column reference its name and what it is qualified with. */
const columnParts = (node: PgNode): readonly (readonly string[])[] | undefined => {
  const fields = nodeAs(node, "ColumnRef")?.fields;
  return fields === undefined ? undefined : [partsOf(fields)];
};

const partsOf = (fields: readonly PgNode[]): readonly string[] =>
  fields.map((field) => nodeAs(field, "String")?.sval ?? "*").toReversed();

const AGGREGATE =
  /^(?:count|sum|avg|min|max|every|bool_(?:and|or)|bit_(?:and|or|xor)|(?:array|string|xml|range|jsonb?|jsonb?_object)_?agg|any_value)$/;

/** The columns that stand outside of aggregates and queries of their own. */
function ungrouped(tree: unknown): readonly (readonly string[])[] {
  if (Array.isArray(tree)) return tree.flatMap(ungrouped);
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([tag, fields]) => {
    if (tag === "SelectStmt") return [];
    if (tag === "ColumnRef") return [partsOf((fields as { readonly fields?: readonly PgNode[] }).fields ?? [])];
    if (tag === "FuncCall") {
      const { funcname } = fields as { readonly funcname?: readonly PgNode[] };
      if (AGGREGATE.test(namesOf(funcname).at(-1) ?? "")) return [];
    }
    return ungrouped(fields);
  });
}
