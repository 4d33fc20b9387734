import type { TypeReference } from "../../catalog/model/names.ts";
import { objectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, ElementValues, TableValue } from "../element-values.ts";
import type { Side, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";

/**
 * Whether what tells a table's partitions apart becomes something else: another key, or columns of it with other types.
 * PostgreSQL has no statement for either, not even for a type that is made anew under its name.
 */
export function hasOtherKey(before: TableValue, after: TableValue, sides: Sides): boolean {
  if (!sameValue(before.partitioning, after.partitioning)) return true;
  const columns = after.partitioning?.columns ?? [];
  // What an expression reads is not told: it may be any of them.
  const read = columns.includes(null) ? columnsOf(after, sides.to) : columns.filter((name) => name !== null);
  return read.some((name) => {
    const [was, is] = [columnOf(sides.from, before, name), columnOf(sides.to, after, name)];
    return (
      was !== undefined &&
      is !== undefined &&
      (was.type?.text !== is.type?.text || !sameValue(was.collation, is.collation) || isAnew(is, sides))
    );
  });
}

const columnsOf = ({ schema, name }: TableValue, { catalog }: Side): string[] =>
  (catalog.tables.find((one) => one.schema === schema && one.name === name)?.columns ?? []).map(
    (column) => column.name,
  );

const columnOf = ({ elements }: Side, { schema, name }: TableValue, column: string): ColumnValue | undefined =>
  elements.get(objectId("column", schema, name, column))?.value as ColumnValue | undefined;

function isAnew({ type, collation }: ColumnValue, sides: Sides): boolean {
  const id = collation === undefined ? "" : objectId("collation", collation.schema, collation.name);
  const [was, is] = [sides.from.elements.get(id), sides.to.elements.get(id)];
  return !sameValue(was?.value, is?.value) || (type !== undefined && isTypeAnew(type, sides));
}

function isTypeAnew({ schema, name }: TypeReference, sides: Sides): boolean {
  const id = objectId("type", schema, name);
  const [was, is] = [sides.from.elements.get(id), sides.to.elements.get(id)];
  if (was === undefined || is === undefined) return false;
  if (was.kind !== is.kind) return true;
  switch (is.kind) {
    case "enum": {
      const [before, after] = [was, is].map(({ value }: Element) => (value as ElementValues["enum"]).labels);
      return !sameValue(
        after?.filter((label) => before?.includes(label)),
        before,
      );
    }
    case "domain": {
      const [before, after] = [was.value, is.value] as readonly ElementValues["domain"][];
      return (
        !sameValue([before?.base, before?.collation], [after?.base, after?.collation]) ||
        (after !== undefined && isTypeAnew(after.base, sides))
      );
    }
    default:
      return !sameValue(was.value, is.value);
  }
}
