import type { AlterTableCmd, ColumnDef } from "libpg-query";
import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { CompositeAttribute, CompositeType } from "../../model/type.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { collationNamed } from "./build-index.ts";
import { depend } from "./edit.ts";
import { typeId } from "./references.ts";
import { typeReference } from "./type-reference.ts";

/** ALTER TYPE … ADD, DROP, ALTER ATTRIBUTE, and OWNER. Tables of the type are changed by CASCADE. */
export function alterComposite(state: CatalogState, { schema, name }: CompositeType, command: AlterTableCmd): void {
  const key = keyOf({ schema, name });
  const type = state.store.maps.composites.get(key);
  if (type === undefined) {
    return;
  }
  const put = (next: CompositeType): void => putComposite(state, next);
  switch (command.subtype) {
    case "AT_AddColumn": {
      const definition = nodeAs(command.def, "ColumnDef");
      if (definition !== undefined) {
        put({ ...type, attributes: [...type.attributes, attributeOf(definition, state)] });
      }
      break;
    }
    case "AT_DropColumn":
      put({ ...type, attributes: type.attributes.filter((one) => one.name !== command.name) });
      break;
    case "AT_AlterColumnType": {
      const definition = nodeAs(command.def, "ColumnDef");
      put({
        ...type,
        attributes: type.attributes.map((one) =>
          one.name === command.name ? { ...attributeOf({ ...definition, colname: one.name }, state) } : one,
        ),
      });
      break;
    }
    case "AT_ChangeOwner":
      put({ ...type, owner: command.newowner?.rolename ?? state.user });
      break;
    default:
  }
}

export function attributeOf(definition: ColumnDef, state: CatalogState): CompositeAttribute {
  const collation = namesOf(definition.collClause?.collname);
  return {
    name: definition.colname ?? "",
    type: typeReference(definition.typeName, state),
    ...(collation.length === 0 ? {} : { collation: collationNamed(collation) }),
  };
}

export function putComposite(state: CatalogState, type: CompositeType): void {
  state.store.put("composites", keyOf(type), type);
  const id = objectId("type", type.schema, type.name);
  state.store.setDependencies(id, []);
  depend(
    state,
    id,
    type.attributes.flatMap((attribute) => typeId(attribute.type, state)),
  );
}
