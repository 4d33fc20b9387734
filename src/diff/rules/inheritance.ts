import { objectId } from "../../catalog/object-id.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { InheritanceValue } from "../element-values.ts";
import type { Rule } from "../rule.ts";

/** Other bounds are another place: a partition leaves before it or a sibling comes. */
export const INHERITANCE: Rule<InheritanceValue> = {
  create({ id, value: { child, parent, bound } }, { to }) {
    if (bound !== undefined) {
      const sql = `ALTER TABLE ${quoteQualified(parent)} ATTACH PARTITION ${quoteQualified(child)} ${bound}`;
      return [{ sql, creates: [id] }];
    }
    const table = objectId("table", child.schema, child.name);
    const place = to.parents(table).findIndex((one) => one.id === id);
    return [
      {
        sql: `ALTER TABLE ${quoteQualified(child)} INHERIT ${quoteQualified(parent)}`,
        creates: [id],
        fold: { into: table, slot: "link", place, text: quoteQualified(parent) },
      },
    ];
  },
  drop: ({ id, value: { child, parent, bound } }) => [
    {
      sql:
        bound === undefined
          ? `ALTER TABLE ${quoteQualified(child)} NO INHERIT ${quoteQualified(parent)}`
          : `ALTER TABLE ${quoteQualified(parent)} DETACH PARTITION ${quoteQualified(child)}`,
      drops: [id],
    },
  ],
};
