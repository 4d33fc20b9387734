import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, TableValue } from "../element-values.ts";
import type { Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";

/** The type whose attributes the columns of a table are, before and after: its statements make, change and drop them. */
export function typeOfTable({ parent = "" }: Element<ColumnValue>, { from, to }: Sides): ObjectId | undefined {
  const [before, after] = [from, to].map(({ elements }) => elements.get(parent)?.value as TableValue | undefined);
  const type = before?.ofType;
  return type !== undefined && sameValue(type, after?.ofType) ? objectId("type", type.schema, type.name) : undefined;
}
