import type { ObjectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { InheritanceValue } from "../element-values.ts";
import type { Side } from "../rule.ts";

/** The places of all tables below one. */
export const placesBelow = (table: ObjectId, side: Side): Element<InheritanceValue>[] =>
  side.children(table).flatMap((link) => [link, ...placesBelow(link.parent ?? "", side)]);
