import type { QualifiedName } from "../../catalog/model/names.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, InheritanceValue } from "../element-values.ts";
import type { Side, Sides } from "../rule.ts";
import { linkStays, tableStays } from "./partitioned-part.ts";
import { placesBelow } from "./places-below.ts";

type Column = Element<ColumnValue>;

/** A column whose identity gives the rows of tables below it their numbers. */
interface Numbers {
  readonly column: ObjectId;
  readonly sequence: QualifiedName;
}

/**
 * What gives the rows of a table numbers when it gets a column that has an identity only above it: one that comes below
 * again later, such as a partition with other bounds, has none of those that the statement above gives.
 */
export function numbersAbove(column: Column, sides: Sides): Numbers | undefined {
  const { id, value, parent = "" } = column;
  const isFilled = value.identity !== undefined || value.generated !== undefined || !value.notNull;
  if (isFilled || !tableStays(sides, parent) || sides.to.elements.has(id.replace("column:", "default:"))) {
    return undefined;
  }
  return identityAbove(parent, value.name, sides.to);
}

function identityAbove(table: ObjectId, name: string, side: Side): Numbers | undefined {
  for (const { value: link } of side.parents(table)) {
    const column = objectId("column", link.parent.schema, link.parent.name, name);
    const sequence = (side.elements.get(column)?.value as ColumnValue | undefined)?.identity?.sequence;
    if (sequence !== undefined) return { column, sequence };
    const higher = identityAbove(objectId("table", link.parent.schema, link.parent.name), name, side);
    if (higher !== undefined) return higher;
  }
  return undefined;
}

/**
 * Once more what makes a sequence go on behind the numbers that are there, where tables that have some come below only
 * later.
 */
export function goOnLater({ schema, name }: QualifiedName, column: string, sql: string, sides: Sides): Action[] {
  const places = placesBelow(objectId("table", schema, name), sides.to);
  const bringsNumbers = ({ parent = "", value: { child, parent: above } }: Element<InheritanceValue>): boolean =>
    sides.from.elements.has(objectId("column", child.schema, child.name, column)) &&
    !linkStays(sides, parent, objectId("table", above.schema, above.name));
  return places.some(bringsNumbers)
    ? [{ sql, needs: [objectId("column", schema, name, column), ...places.map(({ id }) => id)] }]
    : [];
}
