import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ConstraintValue, InheritanceValue } from "../element-values.ts";
import type { Side, Sides } from "../rule.ts";
import { placesBelow } from "./places-below.ts";

/*
 * Foreign keys that lead to a partitioned table. No partition with rows that they lead to can leave, so they go before; and
 * rows that come with a partition are not there before, so they come after.
 */

type Key = Element<ConstraintValue>;

/** The table that a foreign key leads to. */
function referenced({ kind, value }: Element): ObjectId | undefined {
  const constraint = kind === "constraint" ? (value as ConstraintValue) : undefined;
  return constraint?.type === "foreign key"
    ? objectId("table", constraint.references.schema, constraint.references.name)
    : undefined;
}

/** The foreign keys that lead to one of the tables. */
const keysTo = (tables: ReadonlySet<ObjectId>, { elements }: Side): Key[] =>
  [...elements.values()].filter((one): one is Key => tables.has(referenced(one) ?? ""));

/** The table and all partitioned ones above it. */
function lineOf(table: ObjectId, side: Side): ReadonlySet<ObjectId> {
  const line = new Set([table]);
  for (const one of line) {
    for (const { value } of side.parents(one)) {
      if (value.bound !== undefined) line.add(objectId("table", value.parent.schema, value.parent.name));
    }
  }
  return line;
}

/** A foreign key of a partitioned table that leads to itself, or of one of its partitions that does: all have it or none. */
export const leadsToOwnTree = (element: Element, side: Side): boolean => {
  const table = referenced(element);
  return table !== undefined && lineOf(element.parent ?? "", side).has(table);
};

/** What has to be there before a foreign key is made: all partitions, where one of them brings rows. */
export function placesBefore(key: Element, sides: Sides): ObjectId[] {
  const places = placesBelow(referenced(key) ?? "", sides.to).filter(({ value }) => value.bound !== undefined);
  const bringsRows = ({ id, parent = "" }: Element): boolean => isMade(sides, id) && !isMade(sides, parent);
  return places.some(bringsRows) ? places.map(({ id }) => id) : [];
}

/** Whether a partition's is made by that of its table alone, when all partitions are there. */
export const comesLast = (key: Element, sides: Sides): boolean =>
  leadsToOwnTree(key, sides.to) && placesBefore(key, sides).length > 0;

/** The foreign keys that go before a partition leaves. */
export const keysBefore = (parent: ObjectId, sides: Sides): ObjectId[] =>
  keysTo(lineOf(parent, sides.from), sides.from).flatMap(({ id, value }) => (value.parent === undefined ? [id] : []));

/** Those that go and come back for partitions that do. */
export const keysBetween = (moved: readonly Element[], side: Side): readonly Element[] => {
  const parents = moved.flatMap(({ value }) => {
    const { bound, parent } = value as InheritanceValue;
    return bound === undefined ? [] : [...lineOf(objectId("table", parent.schema, parent.name), side)];
  });
  return parents.length === 0 ? [] : keysTo(new Set(parents), side);
};

const isMade = (sides: Sides, id: ObjectId): boolean => {
  const fate = sides.fate(id);
  return fate === "created" || fate === "replaced";
};
