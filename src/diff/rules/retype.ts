import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, ConstraintValue, IndexValue } from "../element-values.ts";
import type { Alteration, Sides } from "../rule.ts";
import { columnsAbove, columnsBelow } from "./column-tree.ts";
import { alterRelation } from "./naming.ts";

/** How a column of a table goes over from a type or collation to the one that was made anew in its place. */
export function retyped(
  { value: before }: Element<ColumnValue>,
  after: Element<ColumnValue>,
  sides: Sides,
): Alteration | undefined {
  const { on, name, type, collation, generated } = after.value;
  if (type === undefined || before.generated !== undefined || generated !== undefined) {
    return;
  }
  const disturbs = (dependent: Element): boolean => isDisturbed(dependent, objectId("table", on.schema, on.name));
  if (columnsAbove(after, sides).length > 0) {
    return { actions: [], disturbs };
  }
  const column = quoteIdentifier(name);
  const sql = [
    `${alterRelation(on)}ALTER COLUMN ${column} TYPE ${type.text}`,
    collation === undefined ? "" : ` COLLATE ${quoteQualified(collation)}`,
    // A type of the server's own has only got another collation.
    type.schema === "pg_catalog" || on.kind === "foreign table" ? "" : ` USING ${column}::text::${type.text}`,
  ].join("");
  return { actions: [{ sql, alters: [after.id, ...columnsBelow(after, sides)] }], disturbs };
}

/** What compares values of the old type with values of the new one while only some columns have gone over. */
function isDisturbed({ kind, value, parent }: Element, table: string): boolean {
  switch (kind) {
    case "column":
      return (value as ColumnValue).generated !== undefined && parent === table;
    case "constraint":
      return !isKey(value as ConstraintValue);
    case "index": {
      const { keys, predicate } = value as IndexValue;
      return predicate !== undefined || keys.some((key) => "expression" in key);
    }
    case "identity sequence":
    case "sequence owner":
    case "constraint index":
    case "inheritance":
    case "cluster mark":
    case "replica identity":
      return false;
    default:
      return true;
  }
}

const isKey = ({ type }: ConstraintValue): boolean => type === "unique" || type === "primary key";
