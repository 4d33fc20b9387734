import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../../sql/quote.ts";
import type { Column } from "../../model/column.ts";
import type { Options, QualifiedName } from "../../model/names.ts";
import type { IndexKey, TableIndex } from "../../model/table-index.ts";
import { defaultOpclass } from "../apply/opclass.ts";
import { builtIn } from "../apply/type-reference.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { respelled } from "./server-expression.ts";

interface On extends QualifiedName {
  readonly columns: readonly Column[];
}

/** The index with the texts that the server prints; the definition is "" where they are not certain. */
export function settledIndex(index: TableIndex, on: On, state: CatalogState): TableIndex {
  const definition = indexText(index, on, state);
  if (definition === "") return index.definition === "" ? index : { ...index, definition };
  const keys = index.keys.map((key) => {
    const expression = "expression" in key ? expressionText(key.expression, on, state)?.text : undefined;
    return expression === undefined ? key : { ...key, expression };
  });
  const isSame = definition === index.definition && JSON.stringify(keys) === JSON.stringify(index.keys);
  return isSame ? index : { ...index, keys, definition };
}

/** A key as `pg_get_indexdef` prints it: brackets are around all but a call. */
function expressionText(
  expression: string,
  { columns }: On,
  state: CatalogState,
): { readonly text: string; readonly type: string } | undefined {
  const found = respelled(expression, { columns, state });
  return found && { text: found.isCall ? found.sql : `(${found.sql})`, type: found.type };
}

/**
 * An index as `pg_get_indexdef` prints it with an empty search path; "" where that is not certain.
 *
 * Source: `pg_get_indexdef_worker` in PostgreSQL's `src/backend/utils/adt/ruleutils.c`.
 */
function indexText(index: TableIndex, on: On, state: CatalogState): string {
  const { name, unique, method, partitioned, include, nullsNotDistinct, options = {}, predicate } = index;
  const keys = index.keys.map((key) => keyText(key, index, on, state));
  const where = predicate === undefined ? undefined : respelled(predicate, { columns: on.columns, state })?.sql;
  if (keys.includes(undefined) || (predicate !== undefined && where === undefined)) return "";
  return [
    `CREATE ${unique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(name)} ON ${partitioned ? "ONLY " : ""}${quoteQualified(on)}`,
    ` USING ${quoteIdentifier(method)} (${keys.join(", ")})`,
    include.length === 0 ? "" : ` INCLUDE (${include.map(quoteIdentifier).join(", ")})`,
    nullsNotDistinct ? " NULLS NOT DISTINCT" : "",
    optionsText(options),
    where === undefined ? "" : ` WHERE ${where}`,
  ].join("");
}

function keyText(key: IndexKey, { method }: TableIndex, on: On, state: CatalogState): string | undefined {
  const expression = "expression" in key ? expressionText(key.expression, on, state) : undefined;
  const column = "column" in key ? on.columns.find((one) => one.name === key.column) : undefined;
  const type = expression === undefined ? column?.type : builtIn(expression.type);
  if (type === undefined || key.opclassOptions !== undefined || !BUILT_IN.has(method)) return undefined;
  // What an expression is collated by is written only where it is not the usual.
  const isUsual = expression !== undefined && key.collation?.name === "default";
  const isDefault = keyOf(defaultOpclass(type, method, state)) === keyOf(key.opclass);
  return [
    expression?.text ?? quoteIdentifier(column?.name ?? ""),
    key.collation === undefined || isUsual ? "" : ` COLLATE ${quoteQualified(visible(key.collation))}`,
    isDefault ? "" : ` ${quoteQualified(visible(key.opclass))}`,
    method === "btree" ? orderText(key) : "",
  ].join("");
}

/** Whose default operator classes are known. */
const BUILT_IN: ReadonlySet<string> = new Set(["btree", "hash"]);

/** The path always leads to the server's own. */
const visible = ({ schema, name }: QualifiedName): { readonly schema?: string; readonly name: string } =>
  schema === "pg_catalog" ? { name } : { schema, name };

function orderText({ descending, nullsFirst }: IndexKey): string {
  if (descending) return nullsFirst ? " DESC" : " DESC NULLS LAST";
  return nullsFirst ? " NULLS FIRST" : "";
}

function optionsText(options: Options): string {
  const all = Object.entries(options).map(
    ([name, value]) => `${quoteIdentifier(name)}=${quoteIdentifier(value) === value ? value : quoteLiteral(value)}`,
  );
  return all.length === 0 ? "" : ` WITH (${all.join(", ")})`;
}
