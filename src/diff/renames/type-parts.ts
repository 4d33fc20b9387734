import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { Rename } from "../schema-diff.ts";
import { idPath } from "./id-path.ts";

/** Labels of enums and attributes of composite types can be renamed, and are no elements: the types that have them, by their ids. */
export function typeParts({ enums, composites }: Catalog): ReadonlyMap<ObjectId, ObjectId> {
  const parts = ({ schema, name }: QualifiedName, kind: "label" | "attribute", names: readonly string[]) =>
    names.map((part) => [objectId(kind, schema, name, part), objectId("type", schema, name)] as const);
  return new Map([
    ...enums.flatMap((one) => parts(one, "label", one.labels)),
    ...composites.flatMap((one) => {
      const names = one.attributes.map(({ name }) => name);
      return parts(one, "attribute", names);
    }),
  ]);
}

/** The columns that tables made of a composite type have of attributes that are renamed. */
export function attributesAlong({ tables }: Catalog, renames: readonly Rename[]): readonly Rename[] {
  return renames.flatMap(({ from, to }) => {
    const { kind, path } = idPath(from);
    const [schema, name, attribute = ""] = path;
    if (kind !== "attribute") return [];
    return tables
      .filter(({ ofType }) => ofType?.schema === schema && ofType?.name === name)
      .map((table) => ({
        from: objectId("column", table.schema, table.name, attribute),
        to: objectId("column", table.schema, table.name, idPath(to).path.at(-1) ?? ""),
      }));
  });
}
