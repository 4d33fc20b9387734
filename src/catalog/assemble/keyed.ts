import type { Keyed, KeyedInSchema } from "../read/sections/section.ts";
import type { Naming } from "./naming.ts";
import type { SystemCatalog } from "./registry.ts";

/** A row of a section without its key, and with the comment on it. */
export function object<R extends Keyed>(
  row: R,
  catalog: SystemCatalog,
  naming: Naming,
): Omit<R, "oid"> & { comment?: string } {
  const { oid, ...fields } = row;
  return { ...fields, ...naming.comment(catalog, oid) };
}

/** The same for what lies in a schema. */
export function objectInSchema<R extends KeyedInSchema>(
  row: R,
  catalog: SystemCatalog,
  naming: Naming,
): Omit<R, "oid" | "schema"> & { schema: string; comment?: string } {
  const { oid, schema, ...fields } = row;
  return { ...fields, schema: naming.schema(schema), ...naming.comment(catalog, oid) };
}
