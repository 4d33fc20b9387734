import type { WrittenName } from "../catalog/state/relation.ts";
import type { NodeOf, NodeTag, PgNode } from "../sql/parse-statement.ts";
import { quoteQualified } from "../sql/quote.ts";

/** A node as its fields, when it is of that type. */
export const as = <T extends NodeTag>(tag: T, node: PgNode | undefined): NodeOf<T> | undefined =>
  // A node is an object whose only key is its type.
  (node as { readonly [K in NodeTag]?: unknown } | undefined)?.[tag] as NodeOf<T> | undefined;

export function all<T extends NodeTag>(tag: T, nodes: readonly PgNode[] | undefined): readonly NodeOf<T>[] {
  const found: NodeOf<T>[] = [];
  for (const node of nodes ?? []) {
    const fields = as(tag, node);
    if (fields !== undefined) {
      found.push(fields as NodeOf<T>);
    }
  }
  return found;
}

/** The texts of a list of String nodes: the parts of a name, or columns. */
export const texts = (nodes: readonly PgNode[] | undefined): readonly string[] =>
  all("String", nodes).map(({ sval }) => sval ?? "");

/** The name that a list of String nodes spells; of `catalog.schema.name` the last two. */
export function nameIn(nodes: readonly PgNode[] | undefined): WrittenName {
  const parts = texts(nodes);
  const name = parts.at(-1) ?? "";
  const schema = parts.at(-2);
  return schema === undefined ? { name } : { schema, name };
}

/** The name of an object in a DROP or COMMENT: a list, a type's name, or a function with its arguments. */
export function objectName(node: PgNode | undefined): WrittenName {
  const type = as("TypeName", node);
  const routine = as("ObjectWithArgs", node);
  const single = as("String", node);
  return single !== undefined
    ? { name: single.sval ?? "" }
    : nameIn(type?.names ?? routine?.objname ?? as("List", node)?.items);
}

export function written(relation: NodeOf<"RangeVar"> | undefined): WrittenName {
  const { schemaname, relname = "" } = relation ?? {};
  return schemaname === undefined ? { name: relname } : { schema: schemaname, name: relname };
}

/** As it must stand in SQL. */
export const sqlName = ({ schema, name }: WrittenName): string =>
  quoteQualified(schema === undefined ? { name } : { schema, name });

/** The value of an option such as CONCURRENTLY or FULL in brackets: absent, on, or off. */
export function hasOption(options: readonly PgNode[] | undefined, name: string): boolean {
  const option = all("DefElem", options).find(({ defname }) => defname === name);
  if (option === undefined) {
    return false;
  }
  const value = as("String", option.arg)?.sval ?? as("Boolean", option.arg)?.boolval ?? as("Integer", option.arg)?.ival;
  return option.arg === undefined || !["false", "off", "0", false, 0, undefined].includes(value);
}

/** A constant's text, whatever its type; undefined for anything else. Casts around it are looked through. */
export function constant(node: PgNode | undefined): string | undefined {
  const cast = as("TypeCast", node);
  if (cast !== undefined) {
    return constant(cast.arg);
  }
  const value = as("A_Const", node);
  if (value === undefined || value.isnull === true) {
    return undefined;
  }
  if (value.sval !== undefined) {
    return value.sval.sval ?? "";
  }
  if (value.ival !== undefined) {
    return String(value.ival.ival ?? 0);
  }
  if (value.boolval !== undefined) {
    return String(value.boolval.boolval ?? false);
  }
  return value.fval?.fval;
}

/** A type as it is named in a statement. */
export interface WrittenType {
  readonly name: WrittenName;
  /** The last part of the name: `int4`, `varchar`, `bpchar`, `timestamptz`. */
  readonly short: string;
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

export function writtenType(type: NodeOf<"TypeName"> | undefined): WrittenType {
  const name = nameIn(type?.names);
  return {
    name: name.schema === "pg_catalog" ? { name: name.name } : name,
    short: name.name,
    modifiers: (type?.typmods ?? []).flatMap((one) => {
      const text = constant(one);
      return text === undefined ? [] : [Number(text)];
    }),
    array: (type?.arrayBounds ?? []).length > 0,
  };
}
