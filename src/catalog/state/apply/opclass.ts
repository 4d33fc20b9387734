import type { QualifiedName, TypeReference } from "../../model/names.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";

/** Types that another type's operator class serves. */
const SERVED_BY: Readonly<Record<string, string>> = { varchar: "text", cidr: "inet", varbit: "varbit" };

/** Operator classes that are not named after the type and the method alone. */
const BY_METHOD: Readonly<Record<string, (type: string) => string>> = {
  brin: (type) => `${type}_minmax_ops`,
  spgist: (type) => (type === "point" ? "quad_point_ops" : `${type}_ops`),
};

/** The default operator class of a type for an index method. */
export function defaultOpclass(type: TypeReference, method: string, state: CatalogState): QualifiedName {
  return { schema: "pg_catalog", name: nameFor(type, method, state) };
}

function nameFor(type: TypeReference, method: string, state: CatalogState): string {
  const { maps } = state.store;
  const key = keyOf(type);
  if (type.array) {
    return "array_ops";
  }
  const domain = maps.domains.get(key);
  if (domain !== undefined) {
    return nameFor(domain.base, method, state);
  }
  if (maps.enums.has(key)) {
    return "enum_ops";
  }
  if (maps.ranges.has(key) || /^(int4|int8|num|date|ts|tstz)range$/.test(type.name)) {
    return method === "brin" ? "range_inclusion_ops" : "range_ops";
  }
  if (/multirange$/.test(type.name)) {
    return "multirange_ops";
  }
  if (type.schema !== "pg_catalog") {
    return "record_ops";
  }
  const served = SERVED_BY[type.name] ?? type.name;
  return BY_METHOD[method]?.(served) ?? `${served}_ops`;
}
