import { type ObjectId, objectId, unmodelledId } from "../catalog/object-id.ts";
import { typeReference } from "../catalog/state/apply/type-reference.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { nodeAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import type { PgNode } from "../sql/parse-statement.ts";
import { quoteIdentifier } from "../sql/quote.ts";

/** An operator as pg_identify_object says it: in the first schema of the path where something depends on it. */
export function operatorId(
  names: readonly string[],
  types: readonly (PgNode | undefined)[],
  state: CatalogState,
): ObjectId | undefined {
  const written = names.at(-2);
  const takes = types.map((type) => {
    const name = nodeAs(type, "TypeName");
    return name === undefined ? "NONE" : typeReference(name, state).text;
  });
  const name = `${names.at(-1)}(${takes.join(",")})`;
  return (written === undefined ? state.searchPath : [written])
    .map((schema) => unmodelledId("operator", `${quoteIdentifier(schema)}.${name}`))
    .find((id) => state.dependentsOf(id).length + state.store.dependenciesOf(id).length > 0);
}

/** What DROP names of a kind that cannot have another name. */
export function namelessId(object: PgNode, state: CatalogState): ObjectId | undefined {
  const operator = nodeAs(object, "ObjectWithArgs");
  if (operator !== undefined) return operatorId(namesOf(operator.objname), operator.objargs ?? [], state);
  const [name] = namesOf(object);
  return name !== undefined && state.store.maps.extensions.has(name) ? objectId("extension", name) : undefined;
}
