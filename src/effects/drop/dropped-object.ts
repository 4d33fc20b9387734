import type { ObjectId } from "../../catalog/object-id.ts";
import { objectsNamed } from "../../catalog/state/apply/find-object.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { NodeOf, PgNode } from "../../sql/parse-statement.ts";
import type { RelationKind } from "../effect.ts";
import { nameOfParts } from "../written-name.ts";

/** What one name in a DROP stands for. */
export interface DroppedObject {
  /** For people. */
  readonly name: string;
  /** The relation that is named, or that the object belongs to. */
  readonly relation?: WrittenName;
  /** Undefined where the state does not hold it. */
  readonly id: ObjectId | undefined;
}

export type RemoveType = NonNullable<NodeOf<"DropStmt">["removeType"]>;

/** The relations that DROP names, and what each is when the state does not know it. */
export const DROPPED_RELATIONS: Readonly<Partial<Record<RemoveType, RelationKind>>> = {
  OBJECT_TABLE: "table",
  OBJECT_FOREIGN_TABLE: "foreign table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SEQUENCE: "sequence",
};

const BELOW_RELATION: ReadonlySet<RemoveType> = new Set(["OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"]);

export function droppedObject(type: RemoveType, node: PgNode, state: CatalogState): DroppedObject {
  const parts = namesOf(node);
  const dropped = { name: parts.at(-1) ?? "", id: objectsNamed(type, node, state)[0] };
  if (DROPPED_RELATIONS[type] !== undefined) return { ...dropped, relation: nameOfParts(parts) };
  return BELOW_RELATION.has(type) ? { ...dropped, relation: nameOfParts(parts.slice(0, -1)) } : dropped;
}
