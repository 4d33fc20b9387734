import type { TypeName } from "libpg-query";
import { nodeAs } from "../sql/node-as.ts";
import { parsedNode } from "../sql/parsed-node.ts";
import { stringsOf } from "../sql/strings-of.ts";

/** What tells types apart; `schema` is absent where only a name was written. */
export interface TypeKey {
  readonly schema?: string;
  readonly name: string;
  readonly array: boolean;
}

/** A type as the grammar gives it. */
export function typeKey(type: TypeName): TypeKey {
  const names = stringsOf(type.names);
  const schema = names.at(-2);
  return {
    name: names.at(-1) ?? "",
    array: (type.arrayBounds ?? []).length > 0,
    ...(schema === undefined ? {} : { schema }),
  };
}

/**
 * A type as people write it: `bigint`, `int8[]`, `public.mood`; undefined when it is none.
 *
 * The parser must be loaded.
 */
export function readTypeKey(text: string): TypeKey | undefined {
  const select = parsedNode(`SELECT NULL::${text}`, "SelectStmt");
  const value = nodeAs(nodeAs(select?.targetList?.[0], "ResTarget")?.val, "TypeCast");
  return select?.targetList?.length !== 1 || value?.typeName === undefined ? undefined : typeKey(value.typeName);
}
