import type { QualifiedName } from "../../catalog/model/names.ts";
import { objectId } from "../../catalog/object-id.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { ConstraintValue, InheritanceValue } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";
import { notNullMark } from "./not-null.ts";
import { hasOtherNames } from "./partitioned-part.ts";

/** Other bounds are another place: a partition leaves before it or a sibling comes. */
export const INHERITANCE: Rule<InheritanceValue> = {
  create({ id, value: { child, parent, bound }, after = [] }, { to }) {
    const names = after.map(notNullMark);
    if (bound !== undefined) {
      const sql = `ALTER TABLE ${quoteQualified(parent)} ATTACH PARTITION ${quoteQualified(child)} ${bound}`;
      return [{ sql, creates: [id], needs: names }];
    }
    const table = objectId("table", child.schema, child.name);
    const place = to.parents(table).findIndex((one) => one.id === id);
    return [
      {
        sql: `ALTER TABLE ${quoteQualified(child)} INHERIT ${quoteQualified(parent)}`,
        creates: [id],
        needs: names,
        fold: { into: table, slot: "link", place, text: quoteQualified(parent) },
      },
    ];
  },
  drop: ({ id, value: { child, parent, bound } }, sides) => [
    {
      sql:
        bound === undefined
          ? `ALTER TABLE ${quoteQualified(child)} NO INHERIT ${quoteQualified(parent)}`
          : `ALTER TABLE ${quoteQualified(parent)} DETACH PARTITION ${quoteQualified(child)}`,
      drops: [id],
      ...(bound !== undefined && isReferenced(parent, sides) ? { apart: true } : {}),
    },
  ],
  differs: (before, _, sides) => hasOtherNames(before, sides),
};

/** A partition that foreign keys lead to, to any table above it too, cannot be dropped before it is detached. */
function isReferenced({ schema, name }: QualifiedName, sides: Sides): boolean {
  const { from } = sides;
  const table = objectId("table", schema, name);
  if (from.parents(table).some(({ value }) => isReferenced(value.parent, sides))) return true;
  return from.dependents(table).some(
    (column) =>
      column.kind === "column" &&
      from.dependents(column.id).some(({ kind, value }) => {
        const constraint = kind === "constraint" ? (value as ConstraintValue) : undefined;
        return (
          constraint?.type === "foreign key" &&
          constraint.references.schema === schema &&
          constraint.references.name === name
        );
      }),
  );
}
