import type { Table } from "../../catalog/model/table.ts";
import type { ObjectId } from "../../catalog/object-id.ts";
import { objectsNamed } from "../../catalog/state/apply/find-object.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Relation, WrittenName } from "../../catalog/state/relation.ts";
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

type Part = "triggers" | "rules" | "policies";

/** What belongs to a relation, and where that lists it. */
const BELOW_RELATION: Readonly<Partial<Record<RemoveType, Part>>> = {
  OBJECT_TRIGGER: "triggers",
  OBJECT_RULE: "rules",
  OBJECT_POLICY: "policies",
};

const has = (part: Part, name: string, relation: Relation | undefined): boolean =>
  relation !== undefined &&
  part in relation.is &&
  (relation.is as Pick<Table, Part>)[part].some((one) => one.name === name);

export function droppedObject(type: RemoveType, node: PgNode, state: CatalogState): DroppedObject {
  const parts = namesOf(node);
  const name = parts.at(-1) ?? "";
  const id = objectsNamed(type, node, state)[0];
  if (DROPPED_RELATIONS[type] !== undefined) return { name, id, relation: nameOfParts(parts) };
  const listed = BELOW_RELATION[type];
  if (listed === undefined) return { name, id };
  const relation = nameOfParts(parts.slice(0, -1));
  return { name, id: has(listed, name, state.relation(relation)) ? id : undefined, relation };
}
