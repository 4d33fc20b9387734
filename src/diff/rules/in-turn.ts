import { sorted } from "../../catalog/assemble/sorted.ts";
import type { ObjectId } from "../../catalog/object-id.ts";

/**
 * Parts of several tables that do the same to one below them, in the order in which their statements run. What one
 * statement of a table further up does stands together.
 *
 * @param doneWith the parts above that do it to a part in turn
 */
export function inTurn(parts: readonly ObjectId[], doneWith: (part: ObjectId) => readonly ObjectId[]): ObjectId[] {
  const statementOf = (part: ObjectId): ObjectId => {
    const last = doneWith(part).at(-1);
    return last === undefined ? part : statementOf(last);
  };
  return parts.length < 2 ? [...parts] : sorted(parts, statementOf, (part) => part);
}
