import type { TypeReference } from "../../catalog/model/names.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { factsOfMajor } from "./facts-of-version.ts";
import { DEFAULT_OPERATOR_CLASSES } from "./type-facts.ts";
import { baseTypeOf } from "./written-type.ts";

/** By access method and type. */
const known = new Map<number, ReadonlyMap<string, string>>();

/**
 * The operator class that an index on a column of this type gets when none is written; undefined when there is none, or
 * it is not known.
 *
 * Source: `GetDefaultOpClass` in `src/backend/commands/indexcmds.c`.
 */
export function defaultOperatorClass(method: string, type: TypeReference, state: CatalogState): string | undefined {
  const base = baseTypeOf(type, state);
  if (base.array) return "array_ops";
  if (base.schema !== "pg_catalog") {
    if (base.name === "citext") return "citext_ops";
    return state.enumType(base) === undefined ? undefined : "enum_ops";
  }
  let classes = known.get(state.major);
  if (classes === undefined) {
    classes = new Map(
      factsOfMajor(DEFAULT_OPERATOR_CLASSES, state.major).map(([am, name, opclass = ""]) => [`${am} ${name}`, opclass]),
    );
    known.set(state.major, classes);
  }
  return classes.get(`${method} ${base.name}`);
}
