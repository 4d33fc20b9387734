import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ColumnValue } from "../element-values.ts";
import type { Sides } from "../rule.ts";

/** The column of a parent whose own statement gives the new column to this table too; undefined when none does. */
export function inheritedFrom(sides: Sides, column: ObjectId): ObjectId | undefined {
  const element = sides.to.elements.get(column);
  if (element?.inherited === undefined || element.parent === undefined || !isNew(sides, column)) return undefined;
  const { name } = element.value as ColumnValue;
  for (const { id, value } of sides.to.parents(element.parent)) {
    const above = objectId("column", value.parent.schema, value.parent.name, name);
    if (!sides.to.elements.has(above)) continue;
    // A partition is made first and attached then, an heir is made as one.
    if (
      isNew(sides, element.parent)
        ? value.bound === undefined && !element.inherited.local
        : isNew(sides, above) && stays(sides, id)
    ) {
      return above;
    }
  }
  return undefined;
}

/** The columns below that come with the new one. */
export function inheritors(sides: Sides, { parent = "", value: { name } }: Element<ColumnValue>): ObjectId[] {
  return sides.to.children(parent).flatMap(({ value }) => {
    const below = objectId("column", value.child.schema, value.child.name, name);
    const element = sides.to.elements.get(below) as Element<ColumnValue> | undefined;
    const table = objectId("table", value.child.schema, value.child.name);
    if (element === undefined || isNew(sides, table) || inheritedFrom(sides, below) === undefined) return [];
    return [below, ...inheritors(sides, element)];
  });
}

/** The columns below that go with the one that is dropped. */
export function goingAlong(sides: Sides, { parent = "", value: { name } }: Element<ColumnValue>): ObjectId[] {
  return sides.from.children(parent).flatMap(({ id, value }) => {
    const below = objectId("column", value.child.schema, value.child.name, name);
    const element = sides.from.elements.get(below) as Element<ColumnValue> | undefined;
    if (element === undefined || !goesAlong(sides, element, id)) return [];
    return [below, ...goingAlong(sides, element)];
  });
}

/** Whether a parent's DROP COLUMN takes the column along. */
export function isTakenAlong(sides: Sides, element: Element<ColumnValue>): boolean {
  const { parent = "", value } = element;
  return sides.from.parents(parent).some(({ id, value: { parent: above } }) => {
    const fate = sides.fate(objectId("column", above.schema, above.name, value.name));
    return (fate === "dropped" || fate === "replaced") && goesAlong(sides, element, id);
  });
}

/** The same of parents that stay where they are: while those have a part, nobody below can drop it. */
export function partsAbove(sides: Sides, { id, parent = "" }: Element): ObjectId[] {
  const name = id.slice(id.indexOf(":") + parent.length - "table".length);
  return sides.from
    .parents(parent)
    .filter((link) => stays(sides, link.id))
    .map(
      (link) =>
        `${id.slice(0, id.indexOf(":"))}${link.needs.find((need) => need !== parent)?.slice("table".length) ?? ""}${name}`,
    );
}

const goesAlong = (sides: Sides, { inherited }: Element, link: ObjectId): boolean =>
  inherited?.local === false && stays(sides, link);

const isNew = (sides: Sides, id: ObjectId): boolean => {
  const fate = sides.fate(id);
  return fate === "created" || fate === "replaced";
};

const stays = (sides: Sides, link: ObjectId): boolean => {
  const fate = sides.fate(link);
  return fate === "kept" || fate === "altered";
};
