import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ColumnValue } from "../element-values.ts";
import type { Sides } from "../rule.ts";
import { linkStays } from "./partitioned-part.ts";

/** Columns of the tables that this column's stays below: what is said of them holds for it. */
export const columnsAbove = ({ parent = "", inherited, value }: Element<ColumnValue>, sides: Sides): ObjectId[] =>
  inherited === undefined
    ? []
    : sides.to
        .parents(parent)
        .filter(({ value: link }) => linkStays(sides, parent, objectId("table", link.parent.schema, link.parent.name)))
        .map(({ value: link }) => objectId("column", link.parent.schema, link.parent.name, value.name))
        .filter((above) => sides.from.elements.has(above) && sides.to.elements.has(above));

/** Columns of all tables that stay below this column's. */
export function columnsBelow({ parent = "", value: { name } }: Element<ColumnValue>, sides: Sides): ObjectId[] {
  return sides.to.children(parent).flatMap(({ value: { child } }) => {
    const below = objectId("column", child.schema, child.name, name);
    const element = sides.to.elements.get(below) as Element<ColumnValue> | undefined;
    const stays = linkStays(sides, objectId("table", child.schema, child.name), parent);
    if (element === undefined || !stays || !sides.from.elements.has(below)) return [];
    return [below, ...columnsBelow(element, sides)];
  });
}
