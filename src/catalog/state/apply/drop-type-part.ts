import type { QualifiedName } from "../../model/names.ts";
import type { ObjectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { objectPath } from "./object-path.ts";

/** A composite type loses the attributes of a type that is dropped, and stays. */
export function dropAttributes(state: CatalogState, from: ObjectId, type: ObjectId): boolean {
  const [schema = "", name = ""] = objectPath(from).path;
  const key = keyOf({ schema, name });
  const composite = from.startsWith("type:") ? state.store.maps.composites.get(key) : undefined;
  if (composite === undefined) {
    return false;
  }
  const [ofSchema, ofName] = objectPath(type).path;
  state.store.put("composites", key, {
    ...composite,
    attributes: composite.attributes.filter((one) => one.type.schema !== ofSchema || one.type.name !== ofName),
  });
  return true;
}

/** A domain without one of its constraints. */
export function dropDomainConstraint(state: CatalogState, name: QualifiedName, constraint: string): void {
  const domain = state.store.maps.domains.get(keyOf(name));
  if (domain !== undefined) {
    const dropped = domain.constraints.find((one) => one.name === constraint);
    state.store.put("domains", keyOf(name), {
      ...domain,
      notNull: domain.notNull && dropped?.type !== "not null",
      constraints: domain.constraints.filter((one) => one !== dropped),
    });
  }
}
