import type { TypeName } from "libpg-query";
import { nodeAs } from "../../../sql/node-as.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import { quoteQualified } from "../../../sql/quote.ts";
import type { QualifiedName, TypeReference } from "../../model/names.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { WrittenName } from "../relation.ts";
import { BUILT_IN_TYPES, SPELLINGS } from "./built-in-types.ts";
import { stringsOf, writtenName } from "./nodes.ts";

/** A type as the catalog says it, for a type as a statement writes it. */
export function typeReference(type: TypeName | undefined, state: CatalogState): TypeReference {
  const names = stringsOf(type?.names);
  if (type?.pct_type === true) {
    return columnsType(names, state);
  }
  const array = (type?.arrayBounds ?? []).length > 0;
  const name = typeNamed(writtenName(names), state);
  // The server names array types by an underscore before their element.
  const element = name.schema === "pg_catalog" && name.name.startsWith("_") ? name.name.slice(1) : undefined;
  const named = element === undefined ? name : { ...name, name: element };
  return typeOf(named, (type?.typmods ?? []).map(modifier), array || element !== undefined);
}

/** `table.column%TYPE` */
function columnsType(names: readonly string[], state: CatalogState): TypeReference {
  const column = state.table(writtenName(names.slice(0, -1)))?.columns.find(({ name }) => name === names.at(-1));
  return column?.type ?? UNKNOWN_TYPE;
}

/** Stands where a type could not be told. */
export const UNKNOWN_TYPE: TypeReference = { schema: "pg_catalog", name: "unknown", text: "unknown", array: false };

/** Where the type lives. The server looks into its own schema first. */
export function typeNamed(written: WrittenName, state: CatalogState): QualifiedName {
  if (written.schema === undefined && BUILT_IN_TYPES.has(written.name)) {
    return { schema: "pg_catalog", name: written.name };
  }
  const { maps } = state.store;
  const kinds = [
    maps.enums,
    maps.domains,
    maps.composites,
    maps.ranges,
    maps.tables,
    maps.views,
    maps.materializedViews,
  ];
  const schemas = written.schema === undefined ? ["pg_temp", ...state.searchPath] : [written.schema];
  const known = schemas.find((schema) => kinds.some((kind) => kind.has(keyOf({ schema, name: written.name }))));
  return { schema: known ?? written.schema ?? state.creationSchema, name: written.name };
}

function typeOf(name: QualifiedName, modifiers: readonly string[], array: boolean): TypeReference {
  return { ...name, text: spelling(name, modifiers) + (array ? "[]" : ""), array };
}

/** A type of the server's own, without modifiers. */
export const builtIn = (name: string): TypeReference => typeOf({ schema: "pg_catalog", name }, [], false);

export const sameType = (one: TypeReference, other: TypeReference): boolean =>
  keyOf(one) === keyOf(other) && one.text === other.text;

/** As format_type says it with an empty search path. */
function spelling(type: QualifiedName, modifiers: readonly string[]): string {
  const suffix = modifiers.length === 0 ? "" : `(${modifiers.join(",")})`;
  if (type.schema !== "pg_catalog") {
    return quoteQualified(type) + suffix;
  }
  switch (type.name) {
    case "numeric":
      return modifiers.length === 1 ? `numeric(${modifiers[0]},0)` : `numeric${suffix}`;
    case "bpchar":
      return modifiers.length === 0 ? "bpchar" : `character${suffix}`;
    case "timestamp":
      return `timestamp${suffix} without time zone`;
    case "timestamptz":
      return `timestamp${suffix} with time zone`;
    case "time":
      return `time${suffix} without time zone`;
    case "timetz":
      return `time${suffix} with time zone`;
    case "interval":
      return interval(modifiers);
    default:
      return (SPELLINGS[type.name] ?? type.name) + suffix;
  }
}

/** The bits of `INTERVAL_MASK` in PostgreSQL's datetime.h, as a statement's modifier has them. */
const FIELDS: Readonly<Record<string, string>> = {
  4: " year",
  2: " month",
  8: " day",
  1024: " hour",
  2048: " minute",
  4096: " second",
  6: " year to month",
  1032: " day to hour",
  3080: " day to minute",
  7176: " day to second",
  3072: " hour to minute",
  7168: " hour to second",
  6144: " minute to second",
};

function interval([fields = "", precision]: readonly string[]): string {
  return `interval${FIELDS[fields] ?? ""}${precision === undefined ? "" : `(${precision})`}`;
}

function modifier(node: PgNode): string {
  const constant = nodeAs(node, "A_Const");
  if (constant !== undefined) {
    return constant.sval?.sval ?? constant.fval?.fval ?? String(constant.ival?.ival ?? 0);
  }
  return stringsOf(nodeAs(node, "ColumnRef")?.fields).join(".");
}
