import { objectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, InheritanceValue } from "../element-values.ts";
import type { Side, Sides } from "../rule.ts";

/**
 * Whether a child has to leave a parent, below which it stands before and after, for what becomes of a column of both:
 * a NOT NULL that they share and that gets another name for only one of them, for no statement renames what is inherited;
 * an expression that goes, for a parent's statement reaches no further than its children, and what the first of several
 * parents takes from a child the next does not find.
 */
export function leavesMeanwhile(link: Element, sides: Sides): boolean {
  const { child, parent } = link.value as InheritanceValue;
  return (link.after ?? []).some((id) => {
    const column = sides.to.elements.get(id);
    if (column?.kind !== "column" || column.parent !== link.parent) return false;
    const { name } = column.value as ColumnValue;
    const [own, above] = [child, parent].map((table) => objectId("column", table.schema, table.name, name));
    return (
      hasOtherName(own, above, sides) ||
      (losesExpression(own, sides) &&
        losesExpression(above, sides) &&
        (sides.from.children(link.parent ?? "").length > 0 || losesItBefore(link, name, sides)))
    );
  });
}

function hasOtherName(own: string | undefined, above: string | undefined, sides: Sides): boolean {
  const [was, is] = [sharedName(sides.from, own), sharedName(sides.to, own)];
  const [wasAbove, isAbove] = [sharedName(sides.from, above), sharedName(sides.to, above)];
  if (was === undefined || is === undefined || wasAbove === undefined || isAbove === undefined) return false;
  return wasAbove === isAbove ? was !== is : was !== wasAbove || is !== isAbove;
}

function sharedName({ elements }: Side, column = ""): string | undefined {
  const value = elements.get(column);
  const constraint = value?.kind === "column" ? (value.value as ColumnValue).notNullConstraint : undefined;
  return constraint?.noInherit === false ? constraint.name : undefined;
}

/** Whether a column that is computed becomes one that is not, and keeps its values. */
export function losesExpression(column: string | undefined, { from, to }: Sides): boolean {
  const [before, after] = [from, to].map(
    ({ elements }) => elements.get(column ?? "")?.value as ColumnValue | undefined,
  );
  return before?.generated?.kind === "stored" && after !== undefined && after.generated === undefined;
}

/** Whether a parent that comes before this one takes the expression from the child. */
function losesItBefore(link: Element, name: string, sides: Sides): boolean {
  const links = sides.from.parents(link.parent ?? "");
  return links
    .slice(
      0,
      links.findIndex(({ id }) => id === link.id),
    )
    .some(
      ({ id, value: { parent } }) =>
        sides.to.elements.has(id) && losesExpression(objectId("column", parent.schema, parent.name, name), sides),
    );
}
