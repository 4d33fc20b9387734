import type { QualifiedName } from "../../catalog/model/names.ts";
import { objectId } from "../../catalog/object-id.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { ConstraintValue, InheritanceValue } from "../element-values.ts";
import type { Rule, Side } from "../rule.ts";
import { keysBefore } from "./keys-to-partitions.ts";
import { leavesMeanwhile } from "./leaves-meanwhile.ts";
import { notNullMark } from "./not-null.ts";
import { goneMark, losesIdentity } from "./partitioned-part.ts";

/** Other bounds are another place: a partition leaves before it or a sibling comes. */
export const INHERITANCE: Rule<InheritanceValue> = {
  create(link, sides) {
    const { id, value, after = [] } = link;
    const { child, parent, bound } = value;
    const { to } = sides;
    const names = after.map(notNullMark);
    if (bound !== undefined) {
      const sql = `ALTER TABLE ${quoteQualified(parent)} ATTACH PARTITION ${quoteQualified(child)} ${bound}`;
      const above = to.parents(objectId("table", parent.schema, parent.name)).map((one) => one.id);
      return [{ sql, creates: [id], needs: [...names, ...(losesIdentity(link, sides) ? above : [])] }];
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
      marks: [goneMark(id)],
      ...(bound === undefined
        ? {}
        : { needs: keysBefore(objectId("table", parent.schema, parent.name), sides).map(goneMark) }),
      ...(bound !== undefined && (isReferenced(parent, sides.from) || isReferenced(parent, sides.to))
        ? { apart: true }
        : {}),
    },
  ],
  differs: (before, _, sides) => leavesMeanwhile(before, sides) || losesIdentity(before, sides),
};

/** A partition that foreign keys lead to, or by then will, to any table above it too, cannot be dropped before it is detached. */
function isReferenced({ schema, name }: QualifiedName, side: Side): boolean {
  const table = objectId("table", schema, name);
  if (side.parents(table).some(({ value }) => isReferenced(value.parent, side))) return true;
  return side.dependents(table).some(
    (column) =>
      column.kind === "column" &&
      side.dependents(column.id).some(({ kind, value }) => {
        const constraint = kind === "constraint" ? (value as ConstraintValue) : undefined;
        return (
          constraint?.type === "foreign key" &&
          constraint.references.schema === schema &&
          constraint.references.name === name
        );
      }),
  );
}
